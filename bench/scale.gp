# SPDX-License-Identifier: GPL-2.0
# gnuplot -e "data='...'; out='...'": N, then ours and the peer's for loading and
# for removal
set terminal svg size 860,420 font "sans,12" background "white"
set output out
set multiplot layout 1,2
set logscale xy
set format y "10^{%T}"
set grid lc rgb "#dddddd"
set key top left
set xrange [0.8:1300]
set ylabel "instructions"
set title "Loading a program"
set xlabel "kfunc calls in it"
plot data using 1:2 with linespoints pt 7 lw 2 lc rgb "#1f6fb4" title "6.1 with the series", \
     '' using 1:3 with linespoints pt 5 lw 2 lc rgb "#e08214" title "6.12 (Debian cloud)"
set title "Removing a device"
set xlabel "programs bound to it"
plot data using 1:4 with linespoints pt 7 lw 2 lc rgb "#1f6fb4" title "6.1 with the series", \
     '' using 1:5 with linespoints pt 5 lw 2 lc rgb "#e08214" title "6.12 (Debian cloud)"
unset multiplot
