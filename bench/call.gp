# SPDX-License-Identifier: GPL-2.0
# gnuplot -e "data='...'; out='...'": bars, three for each kfunc and answer
set terminal svg size 860,420 font "sans,12" background "white" noenhanced
set bmargin 3.5
set output out
set title "Instructions of one call on veth"
set style data histograms
set style histogram clustered gap 1
set style fill solid 0.9 noborder
set boxwidth 0.9
set yrange [0:*]
set grid ytics lc rgb "#dddddd"
set xtics nomirror scale 0
set key top right
plot data using 2:xtic(1) title "6.1 with the series, inlined" lc rgb "#1f6fb4", \
     '' using 3 title "the same, called" lc rgb "#9ecae1", \
     '' using 4 title "6.12 (Debian cloud)" lc rgb "#e08214", \
     '' using ($0-0.25):2:2 with labels offset 0,0.7 notitle, \
     '' using ($0):3:3 with labels offset 0,0.7 notitle, \
     '' using ($0+0.25):4:4 with labels offset 0,0.7 notitle
