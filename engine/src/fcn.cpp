// SPDX-License-Identifier: MIT
// The definitions of the headers on top: model, session, and the one door.
#include "fcn/fcn_inl.hpp"
#include "fcn/model_inl.hpp"
#include "fcn/session_inl.hpp"
