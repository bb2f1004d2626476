// Libraries that do nothing but write down how they were called, a line a call, for the tests of the
// bindings. Each exports
//   recorded   what was called since the last forget
//   forget     empties that
//   fail       the status that every later call of functions with a status gives
// Numbers are written as C has received them: what was passed in the wrong place, or in another
// width, reads differently.
#include <stdarg.h>
#include <stdio.h>

static char lines[1 << 16];
static int used;
static int status;

__attribute__((format(printf, 1, 2))) static int note(const char* format, ...) {
  if (used > (int)sizeof lines - 2048) {
    used = 0;  // nobody reads what is called so often
  }
  va_list values;
  va_start(values, format);
  used += vsnprintf(lines + used, sizeof lines - used, format, values);
  va_end(values);
  used += snprintf(lines + used, sizeof lines - used, "\n");
  return status;
}

const char* recorded(void) { return lines; }
void forget(void) { used = 0; lines[0] = 0; }
void fail(int code) { status = code; }

typedef unsigned long long address;  // of the device
typedef long long integer;
