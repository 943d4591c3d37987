# SPDX-License-Identifier: MIT
"""Exported programs from calls written out one by one: each call runs with PyTorch's own operator, in float64,
and is put down as torch.export.save would (schema 8 of torch/_export/serde/schema.py). PyTorch 1.13 will do."""
import math
import operator

import numpy
import torch

TYPES = {torch.uint8: 1, torch.int8: 2, torch.int16: 3, torch.int32: 4, torch.int64: 5, torch.float16: 6,
         torch.float32: 7, torch.float64: 7, torch.bool: 12}  # float64 stands for the file's float32
FORMATS = {torch.contiguous_format: 1, torch.channels_last: 2, torch.preserve_format: 4}


def noise(count, seed):
    """Values of [-1, 1), multiples of 2^-23; pt2_case.hpp makes the same."""
    v = (numpy.arange(count, dtype=numpy.uint64) * 2654435761 + seed * 40503 + 12345) % (1 << 32)
    v ^= v >> numpy.uint64(15)
    v = v * numpy.uint64(2246822519) % (1 << 32)
    v ^= v >> numpy.uint64(13)
    return (v >> numpy.uint64(8)).astype(numpy.float64) / (1 << 23) - 1


class Value:
    """A tensor, or a size that the graph computes."""

    def __init__(self, name, data):
        self.name, self.data = name, data

    @property
    def is_tensor(self):
        return isinstance(self.data, torch.Tensor)


def sizes_of(numbers, free=()):
    return [{"as_expr": {"expr_str": "s%d" % i, "hint": {"as_int": n}}} if i in free else {"as_int": n}
            for i, n in enumerate(numbers)]


def argument(value):
    if value is None: return {"as_none": True}
    if isinstance(value, Value) and value.is_tensor: return {"as_tensor": {"name": value.name}}
    if isinstance(value, Value): return {"as_sym_int": {"as_name": value.name}}
    if isinstance(value, bool): return {"as_bool": value}
    if isinstance(value, int): return {"as_int": value}
    if isinstance(value, float):
        return {"as_float": value if math.isfinite(value) else "Infinity" if value > 0 else "-Infinity"}
    if isinstance(value, str): return {"as_string": value}
    if isinstance(value, torch.dtype): return {"as_scalar_type": TYPES[value]}
    if isinstance(value, torch.memory_format): return {"as_memory_format": FORMATS[value]}
    if any(isinstance(v, Value) and v.is_tensor for v in value):
        if None in value:
            return {"as_optional_tensors": [{"as_none": True} if v is None else {"as_tensor": {"name": v.name}} for v in value]}
        return {"as_tensors": [{"name": v.name} for v in value]}
    if any(isinstance(v, Value) for v in value):
        return {"as_sym_ints": [{"as_name": v.name} if isinstance(v, Value) else {"as_int": v} for v in value]}
    if any(isinstance(v, float) for v in value): return {"as_floats": [float(v) for v in value]}
    return {"as_ints": list(value)}


class Program:
    def __init__(self, name, channels=4, height=5, width=6, free=()):
        self.name, self.free = name, free
        self.weights, self.nodes, self.tensors, self.specs, self.inputs = {}, [], {}, [], []
        self.count = 0
        pixels = numpy.arange(channels * height * width).reshape(height, width, channels)
        self.picture = (pixels * 37 + 11) % 251  # pt2_case.hpp makes the same
        x = (self.picture / 255.0 - 0.5) / 0.25
        self.x = Value("x", torch.tensor(x.transpose(2, 0, 1)[None].copy()))
        self.describe(self.x, free)
        self.x_spec = {"user_input": {"arg": {"as_tensor": {"name": "x"}}}}

    def describe(self, value, free=()):
        data = value.data
        self.tensors[value.name] = {
            "dtype": TYPES[data.dtype], "sizes": sizes_of(data.shape, free), "requires_grad": False,
            "device": {"type": "cpu", "index": None}, "strides": sizes_of(data.stride()),
            "storage_offset": {"as_int": 0}, "layout": 7}

    def weight(self, name, shape, scale=1.0, shift=0.0, kind="parameter"):
        seed = len(self.weights) + 1
        count = int(numpy.prod(shape))
        data = numpy.float32(noise(count, seed) * scale + shift).astype(numpy.float64)
        value = Value("p_" + name.replace(".", "_"), torch.tensor(data.reshape(shape)))
        self.describe(value)
        self.weights[name] = {"shape": list(shape), "scale": scale, "shift": shift, "seed": seed,
                              "constant": kind != "parameter"}
        spec = {"arg": {"name": value.name}, kind + "_name": name}
        if kind == "buffer": spec["persistent"] = False
        self.specs.append({kind: spec})
        return value

    def put(self, target, arguments, results, name):
        outputs = []
        for kind, values in results:
            if kind == "list": outputs.append({"as_tensors": [{"name": v.name} for v in values]})
            elif values.is_tensor: outputs.append({"as_tensor": {"name": values.name}})
            else: outputs.append({"as_sym_int": {"as_name": values.name}})
            for v in values if kind == "list" else [values]:
                if v.is_tensor: self.describe(v)
        self.nodes.append({"target": target, "inputs": [{"name": n, "arg": argument(a), "kind": 1} for n, a in arguments],
                           "outputs": outputs, "metadata": {}, "is_hop_single_tensor_return": None, "name": name})

    def call(program, op, truth=None, **given):
        """aten.`op` ("conv2d.default") of these arguments; the others are left out. `truth` computes it where this
        PyTorch has no such operator."""
        packet, overload = op.split(".")
        program.count += 1
        name = "%s_%d" % (packet, program.count)
        data = lambda v: v.data if isinstance(v, Value) else [data(e) for e in v] if isinstance(v, (list, tuple)) else v
        arguments = list(given.items())
        if truth is not None:
            result = truth(**{n: data(v) for n, v in arguments})
        else:
            function = getattr(getattr(torch.ops.aten, packet), overload)
            schema = [(a.name, a.kwarg_only) for a in function._schema.arguments]
            unknown = set(given) - {n for n, _ in schema}
            assert not unknown, (op, unknown)
            arguments = [(n, given[n]) for n, _ in schema if n in given]
            wanted = {n: data(v) for n, v in arguments}
            if wanted.get("dtype") == torch.float32: wanted["dtype"] = torch.float64
            first = {n: v.clone() if isinstance(v, torch.Tensor) and packet.endswith("_") else v for n, v in wanted.items()}
            defaults = {a.name: a.default_value for a in function._schema.arguments if a.has_default_value()}
            positional, seen_missing = [], {}
            for n, only in schema:
                if only or n not in first:
                    if n in first: seen_missing[n] = first[n]
                    elif not only and n in defaults: positional.append(defaults[n])
                    continue
                positional.append(first[n])
            result = function(*positional, **seen_missing)
        if isinstance(result, (list,)):
            values = [Value("%s_%d" % (name, i), r) for i, r in enumerate(result)]
            program.put("torch.ops.aten." + op, arguments, [("list", values)], name)
            return values
        if isinstance(result, tuple):
            values = [Value("%s_%d" % (name, i), r) for i, r in enumerate(result)]
            program.put("torch.ops.aten." + op, arguments, [("one", v) for v in values], name)
            return values
        value = Value(name, result)
        program.put("torch.ops.aten." + op, arguments, [("one", value)], name)
        return value

    def size(self, tensor, dim):
        self.count += 1
        value = Value("sym_size_int_%d" % self.count, tensor.data.shape[dim])
        self.put("torch.ops.aten.sym_size.int", [("self", tensor), ("dim", dim)], [("one", value)], value.name)
        return value

    def symbol(self, target, *numbers):
        functions = {"math.ceil": math.ceil, "torch.sym_max": max, "torch.sym_min": min}
        function = functions.get(target) or getattr(operator, target.split(".")[1])
        self.count += 1
        value = Value("sym_%d" % self.count, function(*(v.data if isinstance(v, Value) else v for v in numbers)))
        self.put(target, list(zip("ab", numbers)), [("one", value)], value.name)
        return value

    def finish(self, *outputs):
        """The case: the file's JSON, how to make its weights, and what it gives."""
        graph = {"inputs": [{"as_tensor": {"name": list(s.values())[0]["arg"]["name"]}} for s in self.specs] + [{"as_tensor": {"name": "x"}}],
                 "outputs": [{"as_tensor": {"name": o.name}} for o in outputs], "nodes": self.nodes,
                 "tensor_values": self.tensors, "sym_int_values": {}, "sym_bool_values": {},
                 "is_single_tensor_return": False, "custom_obj_values": {}, "sym_float_values": {}}
        signature = {"input_specs": self.specs + [self.x_spec],
                     "output_specs": [{"user_output": {"arg": {"as_tensor": {"name": o.name}}}} for o in outputs]}
        program = {"graph_module": {"graph": graph, "signature": signature, "module_call_graph": [], "metadata": {},
                                    "treespec_namedtuple_fields": {}},
                   "opset_version": {"aten": 10}, "range_constraints": {}, "schema_version": {"major": 8, "minor": 17},
                   "verifiers": ["TRAINING"], "torch_version": "2.11.0", "guards_code": []}
        truth = outputs[0].data
        return {"name": self.name, "picture": list(self.picture.shape), "program": program, "weights": self.weights,
                "shape": list(truth.shape), "values": [float("%.9g" % v) for v in truth.reshape(-1).tolist()]}
