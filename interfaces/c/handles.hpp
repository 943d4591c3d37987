// SPDX-License-Identifier: MIT
// What the opaque types of fcn.h hold.
#pragma once

#include <memory>
#include <string>
#include <vector>

#include "fcn/fcn.hpp"
#include "interfaces/c/fcn.h"

namespace fcn::c {

/// A model with its names as text that stays where it is.
struct LoadedModel {
  Model model;
  int classes;
  std::vector<std::string> class_names;
  std::vector<std::string> label_names;  // of kind pixels
};

}  // namespace fcn::c

struct fcn_model {
  std::shared_ptr<const fcn::c::LoadedModel> loaded;
};

struct fcn_session {
  std::shared_ptr<const fcn::c::LoadedModel> loaded;
  fcn::Session session;  // before `loaded` goes
};

struct fcn_map {
  fcn::ScoreMap map;
};

struct fcn_label_map {
  fcn::LabelMap map;
};

struct fcn_regions {
  std::vector<fcn_region> regions;
};
