// SPDX-License-Identifier: MIT
// The definitions of the headers on top: views, model, session and fcn.hpp.
#include "fcn/fcn_inl.hpp"
#include "fcn/image_view_inl.hpp"
#include "fcn/model_inl.hpp"
#include "fcn/session_inl.hpp"
