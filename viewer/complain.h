/* SPDX-License-Identifier: GPL-2.0 */
#ifndef COMPLAIN_H
#define COMPLAIN_H

#include <err.h>
#include <stdarg.h>
#include <stdio.h>

/* One line on stderr that starts with the name of the program */
static void complain(const char *fmt, ...) __attribute__((format(printf, 1, 2)));
static void complain(const char *fmt, ...)
{
	va_list ap;

	fflush(stdout);
	va_start(ap, fmt);
	vwarnx(fmt, ap);
	va_end(ap);
}

#endif
