/* SPDX-License-Identifier: MIT
 * The C interface of fcn: a model is loaded, a session runs pictures, a map holds the scores of every class
 * and place. Link with -lfcn. Not here: the C++ interface (fcn/fcn.hpp), which can do more.
 *
 *   fcn_model* model = NULL;
 *   fcn_session* session = NULL;
 *   fcn_map* map = NULL;
 *   fcn_pixels picture = {.struct_size = sizeof picture, .data = rgb,
 *                         .width = 640, .height = 480, .format = FCN_RGB};
 *   int best = -1;
 *   if (fcn_model_load("model.safetensors", &model) || fcn_session_create(model, NULL, &session) ||
 *       fcn_map_create(&map) || fcn_run(session, &picture, map) || fcn_map_predicted(map, &best))
 *     fprintf(stderr, "%s\n", fcn_error_text());
 *   else if (best >= 0)
 *     puts(fcn_model_class_name(model, best));
 *   fcn_map_free(map);
 *   fcn_session_free(session);
 *   fcn_model_free(model);
 *
 * Functions that can fail return an fcn_code, which is FCN_OK (0) on success; what they hand out through
 * pointers is set then, and left alone otherwise. Text is UTF-8 and never NULL. No function prints, exits or
 * throws.
 *
 * Threads: several threads may use a model at the same time. A session, a map, a label map and regions may
 * be used by one thread at a time.
 *
 * Structs whose first member is struct_size may get more members in later versions: set struct_size to the
 * size of the struct, and members that are not used to 0. A program then keeps working with any later library
 * of the same SONAME without being compiled again.
 */
#ifndef FCN_H
#define FCN_H

#include <stddef.h>
#include <stdint.h>

/* Marks what the library exports. */
#if defined(__GNUC__)
#define FCN_API __attribute__((visibility("default")))
#else
#define FCN_API
#endif

#ifdef __cplusplus
extern "C" {
#endif

/* Version and errors */

#define FCN_VERSION_MAJOR 0 /* of this header */
#define FCN_VERSION_MINOR 1 /* likewise */
#define FCN_VERSION_PATCH 0 /* likewise */

/* The version of the library that is loaded: 10000 major + 100 minor + patch, and "major.minor.patch". */
FCN_API int fcn_version_number(void);
/* The same as text. */
FCN_API const char* fcn_version_text(void);

/* What a function says: FCN_OK or why it failed. */
typedef int fcn_code;
/* Values of fcn_code. */
enum {
  FCN_OK = 0,               /* success */
  FCN_INVALID_ARGUMENT = 1, /* the call has no meaning: NULL, no such class, a picture of width 0 */
  FCN_IO = 2,               /* the operating system refused to open or read a file */
  FCN_TRUNCATED = 3,        /* the model's bytes end early */
  FCN_MALFORMED = 4,        /* the model's bytes contradict their format or themselves */
  FCN_UNSUPPORTED = 5,      /* the model is well-formed, but the library does not run it */
  FCN_LIMIT_EXCEEDED = 6,   /* more memory or work than the limits allow */
  FCN_TOO_SMALL = 7,        /* the picture is smaller than the model's window */
  FCN_OUT_OF_MEMORY = 8,    /* the system has no more */
  FCN_MISMATCH = 9,         /* a checksum is wrong */
  FCN_INTERNAL = 10,        /* a defect of the library */
  FCN_CANCELLED = 11,       /* the caller asked the run to end */
  FCN_BUSY = 12             /* another thread is running the same session */
};

/* A few words for a code, as "too small"; "unknown" for a number that is no code. */
FCN_API const char* fcn_code_text(fcn_code code);
/* One line about the last call of this thread that failed: what was expected, what was found. Empty before
 * the first failure. Valid until the thread's next call that fails, or its end. Long lines are cut after
 * 1023 bytes. */
FCN_API const char* fcn_error_text(void);

/* Models */

/* A network with its weights. */
typedef struct fcn_model fcn_model;

/* What a network answers: FCN_KIND_CLASSIFIER scores windows, FCN_KIND_PIXELS labels every pixel. */
enum { FCN_KIND_CLASSIFIER = 0, FCN_KIND_PIXELS = 1 };
/* How logits become probabilities. */
enum { FCN_ACTIVATION_SOFTMAX = 0, FCN_ACTIVATION_SIGMOID = 1, FCN_ACTIVATION_NONE = 2 };

/* What is known about a model. */
typedef struct fcn_model_details {
  size_t struct_size; /* sizeof(fcn_model_details), set by the caller */
  int kind;           /* FCN_KIND_CLASSIFIER or FCN_KIND_PIXELS */
  int classes;        /* of a score map */
  int labels;         /* of a label map: classes, or 2 for a network of one class; 0 for a classifier */
  int channels;       /* of the pixels that the network was trained on: 3 for colour, 1 for grey */
  int activation;     /* how logits become probabilities: FCN_ACTIVATION_... */
  int background;     /* the class that never counts as a prediction, or -1 */
  int window_width;   /* the smallest picture of a classifier, in pixels */
  int window_height;  /* likewise */
} fcn_model_details;

/* Loads a model file that fcn-export wrote, or its bytes, which are not needed afterwards. Weights are
 * packed for the best kernels of this processor, or those that the environment variable FCN_FORCE_ARCH
 * names. */
FCN_API fcn_code fcn_model_load(const char* path, fcn_model** model);
/* The same from `count` bytes of a model file. */
FCN_API fcn_code fcn_model_load_memory(const void* bytes, size_t count, fcn_model** model);
/* Does nothing for NULL. Sessions of the model go on working. */
FCN_API void fcn_model_free(fcn_model* model);

/* Fills as much of `details` as its struct_size holds. */
FCN_API fcn_code fcn_model_get_details(const fcn_model* model, fcn_model_details* details);
/* The name of a class, "class 7" if the model has none; of a label of a label map, where label 0 of a
 * network of one class is "none". "" if there is no such class or label, or model is NULL. Valid as long as
 * the model. */
FCN_API const char* fcn_model_class_name(const fcn_model* model, int class_id);
/* The name of a label of a label map, as above. */
FCN_API const char* fcn_model_label_name(const fcn_model* model, int label);
/* The kernels that run the model: "avx2", "avx512", "neon", "sse2" or "reference". */
FCN_API const char* fcn_model_kernels(const fcn_model* model);

/* Sessions */

/* Runs pictures through a model, with threads and memory of its own. */
typedef struct fcn_session fcn_session;

/* What a map holds. */
enum { FCN_PROBABILITIES = 0, FCN_LOGITS = 1 };

/* How a session runs pictures; members that are 0 are the defaults. */
typedef struct fcn_session_options {
  size_t struct_size;     /* sizeof(fcn_session_options) */
  int threads;            /* the calling one included; 0 for all processors that the process may use */
  int scores;             /* FCN_PROBABILITIES or FCN_LOGITS */
  int output_stride;      /* 16, 8 or 4 puts cells closer together; 0 for the network's own stride */
  uint64_t max_run_bytes; /* most that a run may allocate, the map included; 0 for 8 GiB */
} fcn_session_options;

/* Starts the threads. options may be NULL. */
FCN_API fcn_code fcn_session_create(const fcn_model* model, const fcn_session_options* options,
                                    fcn_session** session);
/* Ends the threads. Does nothing for NULL. */
FCN_API void fcn_session_free(fcn_session* session);
/* Threads that run, fewer than asked for if the system refused some; 0 for NULL. */
FCN_API int fcn_session_threads(const fcn_session* session);

/* The channels of a pixel in the order in which they lie in memory. A colour model reads grey as three equal
 * channels, a grey model reads colour as its luma. Alpha is skipped. */
enum { FCN_GREY = 1, FCN_RGB = 2, FCN_BGR = 3, FCN_RGBA = 4, FCN_BGRA = 5 };

/* What a channel of a pixel is: black is 0, white is 255, 65535 or 1.0f. */
enum { FCN_UINT8 = 0, FCN_UINT16 = 1, FCN_FLOAT32 = 2 };

/* A picture in the caller's memory, which a run only reads. */
typedef struct fcn_pixels {
  size_t struct_size;     /* sizeof(fcn_pixels) */
  const void* data;       /* the first pixel of the top row; need not be aligned */
  size_t data_size;       /* bytes at data, which are then checked to suffice; 0 if not known */
  int width;              /* pixels of a row */
  int height;             /* rows */
  ptrdiff_t row_stride;   /* bytes from a row to the next below; 0: rows are packed; negative: bottom up */
  int format;             /* FCN_GREY to FCN_BGRA */
  int samples;            /* FCN_UINT8, FCN_UINT16 or FCN_FLOAT32 */
  int planar;             /* not 0: each channel lies in a plane of its own */
  ptrdiff_t plane_stride; /* bytes from a plane to the next, if planar; 0: planes are packed */
} fcn_pixels;

/* The scores of every class in every cell of a picture. */
typedef struct fcn_map fcn_map;
/* The label of every pixel of a picture. */
typedef struct fcn_label_map fcn_label_map;

/* Runs a picture. The map's memory is reused: running a size again allocates nothing. After a failure the
 * content of the map is unspecified. */
FCN_API fcn_code fcn_run(fcn_session* session, const fcn_pixels* pixels, fcn_map* map);
/* Labels every pixel of a picture, with a model of FCN_KIND_PIXELS. */
FCN_API fcn_code fcn_run_labels(fcn_session* session, const fcn_pixels* pixels, fcn_label_map* labels);

/* Score maps */

/* The shape of a map, and where its cells lie. */
typedef struct fcn_map_details {
  size_t struct_size; /* sizeof(fcn_map_details), set by the caller */
  int classes;        /* of every cell */
  int rows;           /* of cells */
  int columns;        /* of cells */
  int scores;         /* FCN_PROBABILITIES or FCN_LOGITS */
  double stride_x;    /* pixels from a cell to the next */
  double stride_y;    /* likewise, downwards */
  double
      first_center_x; /* the pixel on which cell (0, 0) is centred; (0, 0) is the middle of the first pixel */
  double first_center_y; /* likewise, downwards */
  int window_width;      /* pixels that a cell looks at: those from (stride_x column, stride_y row) on */
  int window_height;     /* likewise */
} fcn_map_details;

/* The best cell of a class. */
typedef struct fcn_peak {
  float probability; /* the logit, of a model of FCN_ACTIVATION_NONE */
  int row;           /* of the cell, from the top */
  int column;        /* of the cell, from the left */
  double x;          /* the pixel on which the cell is centred */
  double y;          /* likewise, downwards */
} fcn_peak;

/* An empty map. */
FCN_API fcn_code fcn_map_create(fcn_map** map);
/* Does nothing for NULL. */
FCN_API void fcn_map_free(fcn_map* map);
/* Fills as much of `details` as its struct_size holds. */
FCN_API fcn_code fcn_map_get_details(const fcn_map* map, fcn_map_details* details);
/* rows x columns x classes scores: that of class c at (row, column) is [(row * columns + column) * classes
 * + c]. Valid until the map is run into or freed; NULL if the map is NULL or empty. */
FCN_API const float* fcn_map_scores(const fcn_map* map);
/* The best cell of a class. */
FCN_API fcn_code fcn_map_peak(const fcn_map* map, int class_id, fcn_peak* peak);
/* The classes of the highest peaks, best first and without the background, at most `capacity` of them, and
 * how many were written. */
FCN_API fcn_code fcn_map_top(const fcn_map* map, int capacity, int* class_ids, int* count);
/* The class of the highest peak, or -1 if none counts: a class that is independent of others needs one
 * half. */
FCN_API fcn_code fcn_map_predicted(const fcn_map* map, int* class_id);
/* The same of one cell. */
FCN_API fcn_code fcn_map_winner(const fcn_map* map, int row, int column, int* class_id);

/* Regions: connected pixels of the picture where a class scores at least the threshold */

/* A list of regions. */
typedef struct fcn_regions fcn_regions;

/* Which regions are wanted. */
typedef struct fcn_region_request {
  size_t struct_size;   /* sizeof(fcn_region_request) */
  double threshold;     /* in the unit of the map's scores */
  double most_overlap;  /* of a better box, intersection over union; a box of more is dropped; 0: none */
  const int* class_ids; /* NULL for all classes but the background */
  int class_count;      /* how many class_ids there are */
} fcn_region_request;

/* A region, its box in pixels of the picture. */
typedef struct fcn_region {
  int class_id; /* whose scores it holds */
  int x;        /* left of the box */
  int y;        /* top of the box */
  int width;    /* of the box */
  int height;   /* of the box */
  float peak;   /* the highest score, between cells as on them */
  double mean;  /* of the scores of its pixels */
  int64_t area; /* its pixels */
} fcn_region;

/* Finds the regions on the picture of this size that was run, best first. */
FCN_API fcn_code fcn_regions_find(const fcn_map* map, int picture_width, int picture_height,
                                  const fcn_region_request* request, fcn_regions** regions);
/* Does nothing for NULL. */
FCN_API void fcn_regions_free(fcn_regions* regions);
/* How many regions there are; 0 for NULL. */
FCN_API int fcn_regions_count(const fcn_regions* regions);
/* fcn_regions_count() regions, valid until fcn_regions_free(); NULL if there are none. */
FCN_API const fcn_region* fcn_regions_data(const fcn_regions* regions);

/* Label maps */

/* An empty label map. */
FCN_API fcn_code fcn_label_map_create(fcn_label_map** labels);
/* Does nothing for NULL. */
FCN_API void fcn_label_map_free(fcn_label_map* labels);
/* The picture's height; 0 for NULL or an empty map. */
FCN_API int fcn_label_map_rows(const fcn_label_map* labels);
/* The picture's width; 0 for NULL or an empty map. */
FCN_API int fcn_label_map_columns(const fcn_label_map* labels);
/* rows x columns labels, top row first. Valid until the map is run into or freed; NULL if it is NULL or
 * empty. */
FCN_API const uint16_t* fcn_label_map_data(const fcn_label_map* labels);

#ifdef __cplusplus
}
#endif

#endif
