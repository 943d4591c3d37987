// SPDX-License-Identifier: MIT
// The definitions of fcn/file/, compiled once.
#include "fcn/file/graph_json_inl.hpp"
#include "fcn/file/json_inl.hpp"
#include "fcn/file/model_json_inl.hpp"
#include "fcn/file/safetensors_inl.hpp"
