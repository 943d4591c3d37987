# SPDX-License-Identifier: MIT
"""fcn from Python, through libfcn.so: this one file and the standard library, nothing to compile.

    import fcn

    model = fcn.Model("model.safetensors")
    session = fcn.Session(model, threads=2)
    scores = session.run(pixels)             # a numpy array or Pillow image, height x width x 3
    for peak in scores.top(3):
        print(peak.label, peak.probability, peak.x, peak.y)
    scores.array()                           # rows x columns x classes, the map itself and not a copy

Pixels are uint8, uint16 or float32 (white is 1); format="bgr" is for OpenCV's. Bytes without a shape need one:
session.run(data, width=640, height=480, format="rgb"). numpy is used by array() if it is there; view() needs none. A
model serves any number of threads; a session runs one picture at a time, and other threads wait. FCN_LIBRARY in the
environment names another libfcn.so. fcn.h describes what stands behind this.
"""

import ctypes
import os
import threading
from collections import namedtuple

__all__ = ["Error", "LabelMap", "Model", "Peak", "Region", "ScoreMap", "Session", "version"]

# The enumerations of fcn.h.
_FORMATS = {"grey": (1, 1), "rgb": (2, 3), "bgr": (3, 3), "rgba": (4, 4), "bgra": (5, 4)}  # number, channels
_FORMAT_OF_CHANNELS = {1: "grey", 3: "rgb", 4: "rgba"}
_SAMPLES = {"u1": (0, 1), "u2": (1, 2), "f4": (2, 4)}  # numpy's name: number, bytes
_KINDS = ("classifier", "pixels")
_ACTIVATIONS = ("softmax", "sigmoid", "none")
_SCORES = {"probabilities": 0, "logits": 1}
_INVALID_ARGUMENT = 1

Peak = namedtuple("Peak", "class_id label probability row column x y")
Region = namedtuple("Region", "class_id label x y width height peak mean area")


class Error(Exception):
    """A call that failed. `code` is one of fcn.h's FCN_..., `kind` a few words for it."""

    def __init__(self, code, text):
        super().__init__(text)
        self.code = code
        self.kind = _library.fcn_code_text(code).decode()


class _Sized(ctypes.Structure):
    """A struct whose first member is its size."""

    def __init__(self, **members):
        super().__init__(struct_size=ctypes.sizeof(self), **members)


class _ModelDetails(_Sized):
    _fields_ = [("struct_size", ctypes.c_size_t)] + [
        (name, ctypes.c_int)
        for name in ("kind", "classes", "labels", "channels", "activation", "background", "window_width",
                     "window_height")]


class _SessionOptions(_Sized):
    _fields_ = [("struct_size", ctypes.c_size_t), ("threads", ctypes.c_int), ("scores", ctypes.c_int),
                ("output_stride", ctypes.c_int), ("max_run_bytes", ctypes.c_uint64)]


class _Pixels(_Sized):
    _fields_ = [("struct_size", ctypes.c_size_t), ("data", ctypes.c_void_p), ("data_size", ctypes.c_size_t),
                ("width", ctypes.c_int), ("height", ctypes.c_int), ("row_stride", ctypes.c_ssize_t),
                ("format", ctypes.c_int), ("samples", ctypes.c_int), ("planar", ctypes.c_int),
                ("plane_stride", ctypes.c_ssize_t)]


class _MapDetails(_Sized):
    _fields_ = [("struct_size", ctypes.c_size_t), ("classes", ctypes.c_int), ("rows", ctypes.c_int),
                ("columns", ctypes.c_int), ("scores", ctypes.c_int), ("stride_x", ctypes.c_double),
                ("stride_y", ctypes.c_double), ("first_center_x", ctypes.c_double),
                ("first_center_y", ctypes.c_double), ("window_width", ctypes.c_int),
                ("window_height", ctypes.c_int)]


class _Peak(ctypes.Structure):
    _fields_ = [("probability", ctypes.c_float), ("row", ctypes.c_int), ("column", ctypes.c_int),
                ("x", ctypes.c_double), ("y", ctypes.c_double)]


class _RegionRequest(_Sized):
    _fields_ = [("struct_size", ctypes.c_size_t), ("threshold", ctypes.c_double),
                ("most_overlap", ctypes.c_double), ("class_ids", ctypes.POINTER(ctypes.c_int)),
                ("class_count", ctypes.c_int)]


class _Region(ctypes.Structure):
    _fields_ = [("class_id", ctypes.c_int), ("x", ctypes.c_int), ("y", ctypes.c_int), ("width", ctypes.c_int),
                ("height", ctypes.c_int), ("peak", ctypes.c_float), ("mean", ctypes.c_double),
                ("area", ctypes.c_int64)]


def _load_library():
    """libfcn.so, with the types of all functions that are called here."""
    beside = os.path.join(os.path.dirname(os.path.abspath(__file__)), "libfcn.so.0")
    library = ctypes.CDLL(os.environ.get("FCN_LIBRARY") or (beside if os.path.exists(beside) else "libfcn.so.0"))
    handle, integer, text = ctypes.c_void_p, ctypes.c_int, ctypes.c_char_p
    out = ctypes.POINTER(handle)
    pointer = ctypes.POINTER
    signatures = {
        "fcn_version_text": (text,),
        "fcn_code_text": (text, integer),
        "fcn_error_text": (text,),
        "fcn_model_load": (integer, text, out),
        "fcn_model_load_memory": (integer, text, ctypes.c_size_t, out),
        "fcn_model_free": (None, handle),
        "fcn_model_get_details": (integer, handle, pointer(_ModelDetails)),
        "fcn_model_class_name": (text, handle, integer),
        "fcn_model_label_name": (text, handle, integer),
        "fcn_model_kernels": (text, handle),
        "fcn_session_create": (integer, handle, pointer(_SessionOptions), out),
        "fcn_session_free": (None, handle),
        "fcn_session_threads": (integer, handle),
        "fcn_run": (integer, handle, pointer(_Pixels), handle),
        "fcn_run_labels": (integer, handle, pointer(_Pixels), handle),
        "fcn_map_create": (integer, out),
        "fcn_map_free": (None, handle),
        "fcn_map_get_details": (integer, handle, pointer(_MapDetails)),
        "fcn_map_scores": (handle, handle),
        "fcn_map_peak": (integer, handle, integer, pointer(_Peak)),
        "fcn_map_top": (integer, handle, integer, pointer(integer), pointer(integer)),
        "fcn_map_predicted": (integer, handle, pointer(integer)),
        "fcn_map_winner": (integer, handle, integer, integer, pointer(integer)),
        "fcn_regions_find": (integer, handle, integer, integer, pointer(_RegionRequest), out),
        "fcn_regions_free": (None, handle),
        "fcn_regions_count": (integer, handle),
        "fcn_regions_data": (pointer(_Region), handle),
        "fcn_label_map_create": (integer, out),
        "fcn_label_map_free": (None, handle),
        "fcn_label_map_rows": (integer, handle),
        "fcn_label_map_columns": (integer, handle),
        "fcn_label_map_data": (handle, handle),
    }
    for name, (result, *arguments) in signatures.items():
        function = getattr(library, name)
        function.restype = result
        function.argtypes = arguments
    return library


_library = _load_library()


def _check(code):
    if code != 0:
        raise Error(code, _library.fcn_error_text().decode(errors="replace"))


def version():
    """The version of libfcn.so, as "0.1.0"."""
    return _library.fcn_version_text().decode()


class _Handle:
    """Owns what a function of fcn.h hands out, and frees it when the last user is gone."""

    def __init__(self, create, free, *arguments):
        self._free = free
        self.value = ctypes.c_void_p()
        _check(create(*arguments, ctypes.byref(self.value)))

    def __del__(self):
        if getattr(self, "value", None):
            self._free(self.value)


class Model:
    """A model file by its path, or its bytes."""

    def __init__(self, source):
        if isinstance(source, (bytes, bytearray, memoryview)):
            content = bytes(source)
            self._handle = _Handle(_library.fcn_model_load_memory, _library.fcn_model_free, content, len(content))
        else:
            self._handle = _Handle(_library.fcn_model_load, _library.fcn_model_free, os.fsencode(source))
        details = _ModelDetails()
        _check(_library.fcn_model_get_details(self._handle.value, details))
        self.kind = _KINDS[details.kind]
        self.activation = _ACTIVATIONS[details.activation]
        self.background = details.background if details.background >= 0 else None
        self.channels = details.channels
        self.window = (details.window_width, details.window_height)
        self.kernels = _library.fcn_model_kernels(self._handle.value).decode()
        #: The names of the classes of a score map, and of the labels of a label map.
        self.classes = self._names(_library.fcn_model_class_name, details.classes)
        self.labels = self._names(_library.fcn_model_label_name, details.labels)

    def _names(self, name, count):
        return [name(self._handle.value, i).decode(errors="replace") for i in range(count)]


_Array = namedtuple("_Array", "address size shape strides type keep")


def _array_of(source):
    """Pixels with what must be kept alive: anything with numpy's array interface, as Pillow's images, or with Python's
    buffers, which hold bytes."""
    interface = getattr(source, "__array_interface__", None)
    if interface is None:
        return _array_of_buffer(source)
    order, type = interface["typestr"][0], interface["typestr"][1:]
    if type not in _SAMPLES or order not in "|<=":
        raise Error(_INVALID_ARGUMENT,
                    f"pixels are of type {interface['typestr']}; expected uint8, uint16 or float32")
    shape = interface["shape"]
    strides = interface.get("strides") or _packed(shape, _SAMPLES[type][1])
    if isinstance(interface["data"], tuple):
        return _Array(interface["data"][0], 0, shape, strides, type, source)
    return _array_of_buffer(interface["data"])._replace(shape=shape, strides=strides, type=type)  # Pillow's


def _array_of_buffer(source):
    view = memoryview(source)
    if view.itemsize != 1:
        raise Error(_INVALID_ARGUMENT, f"pixels are of {view.itemsize} bytes a value; expected 1")
    if isinstance(source, bytes):
        keep = ctypes.c_char_p(source)
        address = ctypes.cast(keep, ctypes.c_void_p).value
        return _Array(address, len(source), view.shape, view.strides, "u1", (keep, source))
    if view.readonly or not view.c_contiguous:  # ctypes has no address of those
        return _array_of_buffer(view.tobytes())._replace(shape=view.shape, strides=_packed(view.shape, 1))
    keep = (ctypes.c_char * view.nbytes).from_buffer(view)
    return _Array(ctypes.addressof(keep), view.nbytes, view.shape, view.strides, "u1", keep)


def _packed(shape, step):
    strides = []
    for length in reversed(shape):
        strides.insert(0, step)
        step *= length
    return tuple(strides)


def _pixels_of(source, width, height, format, row_stride):
    """The _Pixels of a picture, and what must outlive its use."""
    array = _array_of(source)
    samples, step = _SAMPLES[array.type]
    if width is None and height is None:
        return _pixels_of_array(array, format, samples, step), array.keep
    if width is None or height is None or format not in _FORMATS:
        raise Error(_INVALID_ARGUMENT, f"expected width, height and a format of {', '.join(_FORMATS)}")
    if array.size == 0:
        raise Error(_INVALID_ARGUMENT, "there are no pixels, or they have a shape of their own")
    return _Pixels(data=array.address, data_size=array.size, width=width, height=height, row_stride=row_stride,
                   format=_FORMATS[format][0], samples=samples), array.keep


def _pixels_of_array(array, format, samples, step):
    shape, strides = array.shape, array.strides
    if len(shape) not in (2, 3):
        raise Error(_INVALID_ARGUMENT, "pixels have no height and width: pass width=, height= and format=")
    channels = shape[2] if len(shape) == 3 else 1
    if format is None:
        format = _FORMAT_OF_CHANNELS.get(channels)
    if _FORMATS.get(format, (0, 0))[1] != channels:
        raise Error(_INVALID_ARGUMENT, f"pixels of {channels} channels (shape {shape}) are not of format {format}")
    packed = strides[1] == channels * step and (len(shape) == 2 or strides[2] == step)
    if not packed and 0 not in shape:
        raise Error(_INVALID_ARGUMENT, "the values of a row of pixels are not next to each other in memory")
    return _Pixels(data=array.address, width=shape[1], height=shape[0], row_stride=strides[0],
                   format=_FORMATS[format][0], samples=samples)


class _Plane:
    """Memory of a map as arrays. An array keeps the map alive."""

    def _memory(self, address, item, shape):
        count = 1
        for length in shape:
            count *= length
        memory = (item * count).from_address(address)
        memory.owner = self._handle
        return memory

    def array(self):
        """The map as a numpy array that shares its memory."""
        import numpy

        return numpy.ctypeslib.as_array(self._content).reshape(self.shape)

    def view(self):
        """The map as a memoryview that shares its memory; view[row, column, class] reads a score."""
        return memoryview(self._content).cast("B").cast(self._letter, self.shape)


class ScoreMap(_Plane):
    """The scores of each class at each place. `shape` is rows, columns, classes."""

    _letter = "f"

    def __init__(self, model, handle, size):
        self.model = model
        self.picture_size = size
        self._handle = handle
        details = _MapDetails()
        _check(_library.fcn_map_get_details(handle.value, details))
        self.shape = (details.rows, details.columns, details.classes)
        self.stride = (details.stride_x, details.stride_y)
        self.first_center = (details.first_center_x, details.first_center_y)
        self.window = (details.window_width, details.window_height)
        self._content = self._memory(_library.fcn_map_scores(handle.value), ctypes.c_float, self.shape)

    def peak(self, class_id):
        """The best cell of a class."""
        found = _Peak()
        _check(_library.fcn_map_peak(self._handle.value, class_id, found))
        return Peak(class_id, self.model.classes[class_id], found.probability, found.row, found.column, found.x,
                    found.y)

    def top(self, count):
        """The peaks of the best classes, best first and without the background."""
        ids = (ctypes.c_int * max(1, min(count, self.shape[2])))()
        found = ctypes.c_int()
        _check(_library.fcn_map_top(self._handle.value, min(count, len(ids)), ids, found))
        return [self.peak(ids[i]) for i in range(found.value)]

    def predicted(self):
        """The class of the highest peak, or None if none counts."""
        found = ctypes.c_int()
        _check(_library.fcn_map_predicted(self._handle.value, found))
        return found.value if found.value >= 0 else None

    def winner(self, row, column):
        """The class that wins a cell, or None if none counts."""
        found = ctypes.c_int()
        _check(_library.fcn_map_winner(self._handle.value, row, column, found))
        return found.value if found.value >= 0 else None

    def regions(self, threshold, most_overlap=0, classes=None):
        """Connected regions of at least the threshold, best first, in pixels of the picture."""
        request = _RegionRequest(threshold=threshold, most_overlap=most_overlap)
        if classes is not None:
            request.class_ids = (ctypes.c_int * max(1, len(classes)))(*classes)
            request.class_count = len(classes)
        handle = _Handle(_library.fcn_regions_find, _library.fcn_regions_free, self._handle.value,
                         *self.picture_size, request)
        data = _library.fcn_regions_data(handle.value)
        return [Region(r.class_id, self.model.classes[r.class_id], r.x, r.y, r.width, r.height, r.peak, r.mean, r.area)
                for r in (data[i] for i in range(_library.fcn_regions_count(handle.value)))]


class LabelMap(_Plane):
    """The label of each pixel. `shape` is height, width."""

    _letter = "H"

    def __init__(self, model, handle):
        self.model = model
        self._handle = handle
        self.shape = (_library.fcn_label_map_rows(handle.value), _library.fcn_label_map_columns(handle.value))
        self._content = self._memory(_library.fcn_label_map_data(handle.value), ctypes.c_uint16, self.shape)


class Session:
    """Threads and memory that run pictures, one at a time."""

    def __init__(self, model, threads=0, scores="probabilities", output_stride=0, max_run_bytes=0):
        if scores not in _SCORES:
            raise Error(_INVALID_ARGUMENT, f"scores are {scores}; expected {' or '.join(_SCORES)}")
        options = _SessionOptions(threads=threads, scores=_SCORES[scores], output_stride=output_stride,
                                  max_run_bytes=max_run_bytes)
        self.model = model
        self._handle = _Handle(_library.fcn_session_create, _library.fcn_session_free, model._handle.value, options)
        self._lock = threading.Lock()
        self.threads = _library.fcn_session_threads(self._handle.value)

    def run(self, pixels, width=None, height=None, format=None, row_stride=0):
        """The ScoreMap of a picture."""
        view, keep = _pixels_of(pixels, width, height, format, row_stride)
        handle = _Handle(_library.fcn_map_create, _library.fcn_map_free)
        with self._lock:
            _check(_library.fcn_run(self._handle.value, view, handle.value))
        del keep
        return ScoreMap(self.model, handle, (view.width, view.height))

    def label(self, pixels, width=None, height=None, format=None, row_stride=0):
        """The LabelMap of a picture, of a model of kind pixels."""
        view, keep = _pixels_of(pixels, width, height, format, row_stride)
        handle = _Handle(_library.fcn_label_map_create, _library.fcn_label_map_free)
        with self._lock:
            _check(_library.fcn_run_labels(self._handle.value, view, handle.value))
        del keep
        return LabelMap(self.model, handle)
