/* SPDX-License-Identifier: MIT
 * Compares the arrays of fcn-export to-header with the model file that they were made from.
 *
 *   baked_bytes MODEL
 */
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "as_bytes.h"
#include "as_reference.h"

int main(int argc, char** argv) {
  FILE* const file = argc == 2 ? fopen(argv[1], "rb") : NULL;
  unsigned char* const bytes = malloc(as_bytes_size + 1);
  if (file == NULL || bytes == NULL) return 2;
  const size_t count = fread(bytes, 1, as_bytes_size + 1, file);
  const int same = count == as_bytes_size && count == as_reference_size &&
                   memcmp(bytes, as_bytes, count) == 0 && memcmp(bytes, as_reference, count) == 0;
  fclose(file);
  free(bytes);
  puts(same ? "the same bytes" : "other bytes");
  return same ? 0 : 1;
}
