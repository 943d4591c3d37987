/* SPDX-License-Identifier: MIT
 * The three most likely classes of a picture, in C.
 *
 *   gcc minimal.c $(pkg-config --cflags --libs fcn-c) -o minimal
 *   ./minimal MODEL < PICTURE.ppm
 */
#include <fcn.h>
#include <stdio.h>
#include <stdlib.h>

/* Prints the classes, or returns the code of what failed. */
static fcn_code classify(const char* path, const fcn_pixels* picture) {
  fcn_model* model = NULL;
  fcn_session* session = NULL;
  fcn_map* map = NULL;
  int top[3], count = 0;
  fcn_code code = fcn_model_load(path, &model);
  if (code == FCN_OK) code = fcn_session_create(model, NULL, &session);
  if (code == FCN_OK) code = fcn_map_create(&map);
  if (code == FCN_OK) code = fcn_run(session, picture, map);
  if (code == FCN_OK) code = fcn_map_top(map, 3, top, &count);
  for (int i = 0; code == FCN_OK && i < count; ++i) {
    fcn_peak peak;
    code = fcn_map_peak(map, top[i], &peak);
    if (code == FCN_OK)
      printf("%-12s %5.1f %% at pixel (%.0f, %.0f)\n", fcn_model_class_name(model, top[i]),
             100 * peak.probability, peak.x, peak.y);
  }
  fcn_map_free(map);
  fcn_session_free(session);
  fcn_model_free(model);
  return code;
}

int main(int argc, char** argv) {
  int width = 0, height = 0;
  if (argc != 2 || scanf("P6 %d %d 255%*c", &width, &height) != 2 || width < 1 || height < 1) return 2;
  const size_t bytes = 3 * (size_t)width * (size_t)height;
  unsigned char* const rgb = malloc(bytes);
  if (rgb == NULL || fread(rgb, 1, bytes, stdin) != bytes) return 2;
  const fcn_pixels picture = {.struct_size = sizeof picture,
                              .data = rgb,
                              .data_size = bytes,
                              .width = width,
                              .height = height,
                              .format = FCN_RGB};
  const fcn_code code = classify(argv[1], &picture);
  if (code != FCN_OK) fprintf(stderr, "%s\n", fcn_error_text());
  free(rgb);
  return code == FCN_OK ? 0 : 1;
}
