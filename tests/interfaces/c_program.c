/* SPDX-License-Identifier: MIT
 * The C interface from C99: a picture is run by two threads, every function is misused, and structs have the layout
 * that programs were compiled with. Prints each check that fails.
 *
 *   c_program MODEL PIXEL-MODEL < PICTURE.ppm
 */
#include <fcn.h>
#include <pthread.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

static int failures = 0;

#define CHECK(condition)                                          \
  do {                                                            \
    if (!(condition)) {                                           \
      printf("line %d: not true: %s\n", __LINE__, #condition);    \
      printf("  the last error was: \"%s\"\n", fcn_error_text()); \
      ++failures;                                                 \
    }                                                             \
  } while (0)

/* A call that must fail with this code, and say why. */
#define CHECK_FAILS(expected, call)                                                              \
  do {                                                                                           \
    const fcn_code code_ = (call);                                                               \
    if (code_ != (expected) || strstr(fcn_error_text(), "fcn_") != fcn_error_text()) {           \
      printf("line %d: code %d, expected %d: %s (\"%s\")\n", __LINE__, code_, (expected), #call, \
             fcn_error_text());                                                                  \
      ++failures;                                                                                \
    }                                                                                            \
  } while (0)

static unsigned char* read_picture(int* width, int* height) {
  if (scanf("P6 %d %d 255%*c", width, height) != 2 || *width < 1 || *height < 1) return NULL;
  const size_t bytes = 3 * (size_t)*width * (size_t)*height;
  unsigned char* rgb = malloc(bytes);
  if (rgb != NULL && fread(rgb, 1, bytes, stdin) != bytes) {
    free(rgb);
    return NULL;
  }
  return rgb;
}

/* What a program that was compiled with version 0.1 relies on, where pointers and sizes have 8 bytes. */
static void check_layout(void) {
  if (sizeof(void*) != 8 || sizeof(size_t) != 8) return;
  CHECK(sizeof(fcn_model_details) == 40 && offsetof(fcn_model_details, window_height) == 36);
  CHECK(sizeof(fcn_session_options) == 32 && offsetof(fcn_session_options, max_run_bytes) == 24);
  CHECK(sizeof(fcn_pixels) == 64 && offsetof(fcn_pixels, row_stride) == 32 &&
        offsetof(fcn_pixels, format) == 40 && offsetof(fcn_pixels, plane_stride) == 56);
  CHECK(sizeof(fcn_map_details) == 64 && offsetof(fcn_map_details, stride_x) == 24);
  CHECK(sizeof(fcn_peak) == 32 && offsetof(fcn_peak, x) == 16);
  CHECK(sizeof(fcn_region_request) == 40 && offsetof(fcn_region_request, class_ids) == 24);
  CHECK(sizeof(fcn_region) == 40 && offsetof(fcn_region, mean) == 24);
  CHECK(FCN_INTERNAL == 10 && FCN_MISMATCH == 9 && FCN_OUT_OF_MEMORY == 8 && FCN_CANCELLED == 11 &&
        FCN_BUSY == 12);
}

static void check_texts(void) {
  CHECK(strcmp(fcn_error_text(), "") == 0);
  CHECK(fcn_version_number() == 10000 * FCN_VERSION_MAJOR + 100 * FCN_VERSION_MINOR + FCN_VERSION_PATCH);
  for (int code = -2; code < 100; ++code) CHECK(strlen(fcn_code_text(code)) > 0);
  CHECK(strcmp(fcn_code_text(FCN_TOO_SMALL), "too small") == 0);
  CHECK(strcmp(fcn_code_text(99), "unknown") == 0);
}

static void check_nulls(void) {
  fcn_model_free(NULL);
  fcn_session_free(NULL);
  fcn_map_free(NULL);
  fcn_label_map_free(NULL);
  fcn_regions_free(NULL);
  CHECK_FAILS(FCN_INVALID_ARGUMENT, fcn_model_load(NULL, NULL));
  CHECK_FAILS(FCN_INVALID_ARGUMENT, fcn_model_load_memory(NULL, 0, NULL));
  CHECK_FAILS(FCN_INVALID_ARGUMENT, fcn_model_get_details(NULL, NULL));
  CHECK_FAILS(FCN_INVALID_ARGUMENT, fcn_session_create(NULL, NULL, NULL));
  CHECK_FAILS(FCN_INVALID_ARGUMENT, fcn_run(NULL, NULL, NULL));
  CHECK_FAILS(FCN_INVALID_ARGUMENT, fcn_run_labels(NULL, NULL, NULL));
  CHECK_FAILS(FCN_INVALID_ARGUMENT, fcn_map_create(NULL));
  CHECK_FAILS(FCN_INVALID_ARGUMENT, fcn_map_get_details(NULL, NULL));
  CHECK_FAILS(FCN_INVALID_ARGUMENT, fcn_map_peak(NULL, 0, NULL));
  CHECK_FAILS(FCN_INVALID_ARGUMENT, fcn_map_top(NULL, 0, NULL, NULL));
  CHECK_FAILS(FCN_INVALID_ARGUMENT, fcn_map_predicted(NULL, NULL));
  CHECK_FAILS(FCN_INVALID_ARGUMENT, fcn_map_winner(NULL, 0, 0, NULL));
  CHECK_FAILS(FCN_INVALID_ARGUMENT, fcn_regions_find(NULL, 1, 1, NULL, NULL));
  CHECK_FAILS(FCN_INVALID_ARGUMENT, fcn_label_map_create(NULL));
  CHECK(fcn_map_scores(NULL) == NULL && fcn_regions_data(NULL) == NULL && fcn_label_map_data(NULL) == NULL);
  CHECK(fcn_session_threads(NULL) == 0 && fcn_regions_count(NULL) == 0 && fcn_label_map_rows(NULL) == 0);
  CHECK(strcmp(fcn_model_class_name(NULL, 0), "") == 0 && strcmp(fcn_model_label_name(NULL, 0), "") == 0);
  CHECK(strcmp(fcn_model_kernels(NULL), "") == 0 && fcn_label_map_columns(NULL) == 0);
}

static void check_damaged_models(void) {
  fcn_model* const untouched = (fcn_model*)&failures;
  fcn_model* model = untouched;
  CHECK_FAILS(FCN_IO, fcn_model_load("/nonexistent/model.safetensors", &model));
  CHECK_FAILS(FCN_IO, fcn_model_load("/", &model));
  CHECK_FAILS(FCN_MALFORMED, fcn_model_load_memory("\x10\0\0\0", 4, &model));
  CHECK_FAILS(FCN_MALFORMED, fcn_model_load_memory("\x08\0\0\0\0\0\0\0{nojson}", 16, &model));
  CHECK(model == untouched);
}

static void check_wrong_pictures(fcn_session* session, fcn_map* map, fcn_pixels picture) {
  fcn_pixels wrong = picture;
  wrong.struct_size = sizeof wrong - 1;
  CHECK_FAILS(FCN_INVALID_ARGUMENT, fcn_run(session, &wrong, map));
  wrong.struct_size = (size_t)-1;
  CHECK_FAILS(FCN_INVALID_ARGUMENT, fcn_run(session, &wrong, map));
  wrong = picture;
  wrong.data = NULL;
  CHECK_FAILS(FCN_INVALID_ARGUMENT, fcn_run(session, &wrong, map));
  wrong = picture;
  wrong.width = -3;
  CHECK_FAILS(FCN_INVALID_ARGUMENT, fcn_run(session, &wrong, map));
  wrong = picture;
  wrong.height = 0;
  CHECK_FAILS(FCN_INVALID_ARGUMENT, fcn_run(session, &wrong, map));
  wrong = picture;
  wrong.format = 77;
  CHECK_FAILS(FCN_INVALID_ARGUMENT, fcn_run(session, &wrong, map));
  wrong = picture;
  wrong.samples = 3;
  CHECK_FAILS(FCN_INVALID_ARGUMENT, fcn_run(session, &wrong, map));
  wrong.samples = FCN_UINT16; /* twice the bytes */
  CHECK_FAILS(FCN_INVALID_ARGUMENT, fcn_run(session, &wrong, map));
  wrong = picture;
  wrong.planar = 1;
  wrong.plane_stride = wrong.width * wrong.height + 1;
  CHECK_FAILS(FCN_INVALID_ARGUMENT, fcn_run(session, &wrong, map));
  wrong.plane_stride = PTRDIFF_MAX;
  CHECK_FAILS(FCN_INVALID_ARGUMENT, fcn_run(session, &wrong, map));
  wrong = picture;
  wrong.row_stride = 1;
  CHECK_FAILS(FCN_INVALID_ARGUMENT, fcn_run(session, &wrong, map));
  wrong = picture;
  wrong.data_size -= 1;
  CHECK_FAILS(FCN_INVALID_ARGUMENT, fcn_run(session, &wrong, map));
  wrong = picture;
  wrong.height = 0x7fffffff;
  CHECK_FAILS(FCN_INVALID_ARGUMENT, fcn_run(session, &wrong, map));
  wrong.data_size = 0;
  CHECK_FAILS(FCN_LIMIT_EXCEEDED, fcn_run(session, &wrong, map));
  wrong = picture;
  wrong.width = wrong.height = 8;
  CHECK_FAILS(FCN_TOO_SMALL, fcn_run(session, &wrong, map));
  fcn_label_map* labels = NULL;
  CHECK(fcn_label_map_create(&labels) == FCN_OK && fcn_label_map_data(labels) == NULL);
  CHECK_FAILS(FCN_INVALID_ARGUMENT, fcn_run_labels(session, &picture, labels));
  fcn_label_map_free(labels);
}

/* The picture in every format and as floats in planes gives the same bits. */
static void check_formats(fcn_session* session, const fcn_map* expected, fcn_pixels picture) {
  static const struct {
    int format, channels, red, green, blue;
  } kFormats[] = {
      {FCN_RGB, 3, 0, 1, 2}, {FCN_BGR, 3, 2, 1, 0}, {FCN_RGBA, 4, 0, 1, 2}, {FCN_BGRA, 4, 2, 1, 0}};
  const size_t count = (size_t)picture.width * (size_t)picture.height;
  const unsigned char* const rgb = picture.data;
  unsigned char* const bytes = malloc(4 * count);
  uint16_t* const wide = malloc(3 * count * sizeof *wide);
  fcn_map* map = NULL;
  fcn_map_details details = {.struct_size = sizeof details};
  if (bytes == NULL || wide == NULL || fcn_map_create(&map) != FCN_OK) exit(2);
  CHECK(fcn_map_get_details(expected, &details) == FCN_OK);
  const size_t scores = (size_t)(details.rows * details.columns * details.classes) * sizeof(float);
  for (size_t f = 0; f < sizeof kFormats / sizeof *kFormats; ++f) {
    const size_t step = (size_t)kFormats[f].channels;
    memset(bytes, 77, 4 * count);
    for (size_t i = 0; i < count; ++i) {
      bytes[step * i + (size_t)kFormats[f].red] = rgb[3 * i];
      bytes[step * i + (size_t)kFormats[f].green] = rgb[3 * i + 1];
      bytes[step * i + (size_t)kFormats[f].blue] = rgb[3 * i + 2];
    }
    const fcn_pixels other = {.struct_size = sizeof other,
                              .data = bytes,
                              .data_size = step * count,
                              .width = picture.width,
                              .height = picture.height,
                              .format = kFormats[f].format};
    CHECK(fcn_run(session, &other, map) == FCN_OK &&
          memcmp(fcn_map_scores(map), fcn_map_scores(expected), scores) == 0);
  }
  for (size_t i = 0; i < count; ++i)
    for (size_t c = 0; c < 3; ++c) wide[c * count + i] = (uint16_t)(257 * rgb[3 * i + c]);
  const fcn_pixels planes = {.struct_size = sizeof planes,
                             .data = wide,
                             .data_size = 3 * count * sizeof *wide,
                             .width = picture.width,
                             .height = picture.height,
                             .format = FCN_RGB,
                             .samples = FCN_UINT16,
                             .planar = 1};
  CHECK(fcn_run(session, &planes, map) == FCN_OK);
  int before = -1, after = -2;
  CHECK(fcn_map_predicted(expected, &before) == FCN_OK && fcn_map_predicted(map, &after) == FCN_OK &&
        before == after);
  fcn_map_free(map);
  free(bytes);
  free(wide);
}

static void check_regions(const fcn_map* map, fcn_pixels picture, int best) {
  fcn_region_request request = {
      .struct_size = sizeof request, .threshold = 0.5, .class_ids = &best, .class_count = 1};
  fcn_regions* regions = NULL;
  CHECK(fcn_regions_find(map, picture.width, picture.height, &request, &regions) == FCN_OK);
  CHECK(fcn_regions_count(regions) > 0);
  const fcn_region* const first = fcn_regions_data(regions);
  CHECK(first != NULL && first->class_id == best && first->peak >= 0.5F && first->area > 0);
  CHECK(first != NULL && first->x >= 0 && first->x + first->width <= picture.width);
  fcn_regions_free(regions);
  request.threshold = 2;
  CHECK(fcn_regions_find(map, picture.width, picture.height, &request, &regions) == FCN_OK);
  CHECK(fcn_regions_count(regions) == 0 && fcn_regions_data(regions) == NULL);
  fcn_regions_free(regions);
  CHECK_FAILS(FCN_INVALID_ARGUMENT, fcn_regions_find(map, 0, 0, &request, &regions));
  request.class_count = 0;
  CHECK_FAILS(FCN_INVALID_ARGUMENT, fcn_regions_find(map, picture.width, picture.height, &request, &regions));
  request.struct_size = 0;
  CHECK_FAILS(FCN_INVALID_ARGUMENT, fcn_regions_find(map, picture.width, picture.height, &request, &regions));
}

/* Structs of programs that are older or newer than the library. */
static void check_versions(const fcn_model* model, const fcn_map* map) {
  struct {
    fcn_session_options known;
    int later;
  } options = {.known = {.struct_size = sizeof options, .threads = 1}};
  fcn_session* session = NULL;
  CHECK(fcn_session_create(model, &options.known, &session) == FCN_OK && fcn_session_threads(session) == 1);
  fcn_session_free(session);
  options.later = 1;
  CHECK_FAILS(FCN_INVALID_ARGUMENT, fcn_session_create(model, &options.known, &session));
  struct {
    fcn_map_details known;
    int later;
  } details = {.known = {.struct_size = sizeof details}, .later = 5};
  CHECK(fcn_map_get_details(map, &details.known) == FCN_OK && details.later == 0 && details.known.rows > 0);
  CHECK(details.known.struct_size == sizeof details);
  details.known.struct_size = 3;
  CHECK_FAILS(FCN_INVALID_ARGUMENT, fcn_map_get_details(map, &details.known));
  fcn_model_details model_details = {.struct_size = 1};
  CHECK_FAILS(FCN_INVALID_ARGUMENT, fcn_model_get_details(model, &model_details));
}

static void check_map(const fcn_model* model, const fcn_map* map, fcn_pixels picture) {
  fcn_map_details details = {.struct_size = sizeof details};
  CHECK(fcn_map_get_details(map, &details) == FCN_OK);
  CHECK(details.rows >= 1 && details.columns >= 1 && details.scores == FCN_PROBABILITIES);
  int top[1000], count = -1, best = -1;
  CHECK(fcn_map_top(map, 3, top, &count) == FCN_OK && count == 3);
  CHECK(fcn_map_predicted(map, &best) == FCN_OK && best == top[0]);
  CHECK(strcmp(fcn_model_class_name(model, best), "Ankle boot") == 0);
  CHECK(fcn_map_top(map, -1, top, &count) == FCN_OK && count == 0);
  CHECK(fcn_map_top(map, 1000, top, &count) == FCN_OK && count <= details.classes);
  fcn_peak peak = {0};
  CHECK(fcn_map_peak(map, best, &peak) == FCN_OK);
  const float* const scores = fcn_map_scores(map);
  CHECK(scores != NULL);
  CHECK(scores[(peak.row * details.columns + peak.column) * details.classes + best] == peak.probability);
  CHECK(peak.x == details.first_center_x + peak.column * details.stride_x);
  int winner = -2;
  CHECK(fcn_map_winner(map, peak.row, peak.column, &winner) == FCN_OK && winner == best);
  CHECK_FAILS(FCN_INVALID_ARGUMENT, fcn_map_winner(map, details.rows, 0, &winner));
  CHECK_FAILS(FCN_INVALID_ARGUMENT, fcn_map_winner(map, 0, -1, &winner));
  CHECK_FAILS(FCN_INVALID_ARGUMENT, fcn_map_peak(map, details.classes, &peak));
  CHECK_FAILS(FCN_INVALID_ARGUMENT, fcn_map_peak(map, -1, &peak));
  check_regions(map, picture, best);
  check_versions(model, map);
}

static void check_labels(const char* path, fcn_pixels picture) {
  fcn_model* model = NULL;
  fcn_session* session = NULL;
  fcn_label_map* labels = NULL;
  CHECK(fcn_model_load(path, &model) == FCN_OK);
  fcn_model_details details = {.struct_size = sizeof details};
  CHECK(fcn_model_get_details(model, &details) == FCN_OK && details.kind == FCN_KIND_PIXELS);
  CHECK(fcn_session_create(model, NULL, &session) == FCN_OK && fcn_session_threads(session) >= 1);
  fcn_model_free(model); /* the session keeps it */
  CHECK(fcn_label_map_create(&labels) == FCN_OK);
  CHECK(fcn_run_labels(session, &picture, labels) == FCN_OK);
  CHECK(fcn_label_map_rows(labels) == picture.height && fcn_label_map_columns(labels) == picture.width);
  const uint16_t* const data = fcn_label_map_data(labels);
  CHECK(data != NULL);
  for (int i = 0; data != NULL && i < picture.height * picture.width; ++i)
    if (data[i] >= details.labels) {
      CHECK(data[i] < details.labels);
      break;
    }
  fcn_label_map_free(labels);
  fcn_session_free(session);
}

struct task {
  const fcn_model* model;
  fcn_pixels picture;
  float* scores; /* of all cells */
  size_t bytes;
  int failed;
};

/* Runs the picture several times in a session of its own; errors of one thread are not those of another. */
static void* run_task(void* argument) {
  struct task* const task = argument;
  fcn_session_options options = {.struct_size = sizeof options, .threads = 2};
  fcn_session* session = NULL;
  fcn_map* map = NULL;
  task->failed = strcmp(fcn_error_text(), "") != 0 || fcn_map_create(&map) != FCN_OK ||
                 fcn_session_create(task->model, &options, &session) != FCN_OK;
  for (int round = 0; !task->failed && round < 3; ++round) {
    task->failed = fcn_run(session, &task->picture, map) != FCN_OK ||
                   memcmp(fcn_map_scores(map), task->scores, task->bytes) != 0;
  }
  fcn_map_free(map);
  fcn_session_free(session);
  return NULL;
}

static void check_threads(const fcn_model* model, const fcn_map* map, fcn_pixels picture) {
  fcn_map_details details = {.struct_size = sizeof details};
  CHECK(fcn_map_get_details(map, &details) == FCN_OK);
  const size_t bytes = (size_t)(details.rows * details.columns * details.classes) * sizeof(float);
  float* const scores = malloc(bytes);
  if (scores == NULL) exit(2);
  memcpy(scores, fcn_map_scores(map), bytes);
  struct task tasks[2];
  pthread_t threads[2];
  for (int i = 0; i < 2; ++i) {
    const struct task task = {model, picture, scores, bytes, 1};
    tasks[i] = task;
    if (pthread_create(&threads[i], NULL, run_task, &tasks[i]) != 0) exit(2);
  }
  for (int i = 0; i < 2; ++i) {
    pthread_join(threads[i], NULL);
    CHECK(!tasks[i].failed);
  }
  free(scores);
}

int main(int argc, char** argv) {
  int width = 0, height = 0;
  unsigned char* const rgb = read_picture(&width, &height);
  if (argc != 3 || rgb == NULL) return 2;
  const fcn_pixels picture = {.struct_size = sizeof picture,
                              .data = rgb,
                              .data_size = 3 * (size_t)width * (size_t)height,
                              .width = width,
                              .height = height,
                              .format = FCN_RGB};
  check_layout();
  check_texts();
  check_nulls();
  check_damaged_models();

  fcn_model* model = NULL;
  fcn_session* session = NULL;
  fcn_map* map = NULL;
  CHECK(fcn_model_load(argv[1], &model) == FCN_OK);
  fcn_model_details details = {.struct_size = sizeof details};
  CHECK(fcn_model_get_details(model, &details) == FCN_OK && details.kind == FCN_KIND_CLASSIFIER);
  CHECK(details.channels == 1 || details.channels == 3);
  CHECK(strcmp(fcn_model_class_name(model, details.classes), "") == 0 &&
        strlen(fcn_model_kernels(model)) > 0);
  fcn_session_options wrong = {.struct_size = sizeof wrong, .threads = -1};
  CHECK_FAILS(FCN_INVALID_ARGUMENT, fcn_session_create(model, &wrong, &session));
  wrong.threads = 1;
  wrong.scores = 9;
  CHECK_FAILS(FCN_INVALID_ARGUMENT, fcn_session_create(model, &wrong, &session));
  CHECK(fcn_session_create(model, NULL, &session) == FCN_OK);
  CHECK(fcn_map_create(&map) == FCN_OK && fcn_map_scores(map) == NULL);
  CHECK(fcn_run(session, &picture, map) == FCN_OK);
  check_map(model, map, picture);
  check_formats(session, map, picture);
  check_threads(model, map, picture);
  check_wrong_pictures(session, map, picture);
  check_labels(argv[2], picture);
  fcn_map_free(map);
  fcn_session_free(session);
  fcn_model_free(model);
  free(rgb);
  if (failures == 0) puts("all checks passed");
  return failures == 0 ? 0 : 1;
}
