// SPDX-License-Identifier: MIT
// The file of --results while a worker writes it: one sealed line a picture, each appended by one write and
// never changed afterwards. Whatever ended the worker before, opening the file again finds which pictures are
// done and cuts off an unfinished last line. Not here: the line (result_line.hpp).
#pragma once

#include <cstdint>
#include <string>
#include <unordered_set>
#include <utility>
#include <vector>

#include "fcn/result.hpp"

namespace fcn::tools {

/// Which lines that stand in the file already spare their pictures a run.
enum class Standing {
  none,         ///< every picture runs
  results,      ///< those of pictures that were run
  all_outcomes  ///< those of pictures that failed, too
};

class ResultsFile {
 public:
  /// Opens or creates a regular file and locks it against other processes: ErrorCode::busy if one has it
  /// open. Cuts off a last line without its end. ErrorCode::invalid_argument if a line is of another run,
  /// whose results this one's must not be mixed with; nothing is changed then.
  static Result<ResultsFile> open(const std::string& path, const std::string& run, Standing standing);

  ResultsFile(ResultsFile&& other) noexcept
      : fd_(std::exchange(other.fd_, -1)),
        path_(std::move(other.path_)),
        run_(std::move(other.run_)),
        end_(other.end_),
        done_(std::move(other.done_)),
        notes_(std::move(other.notes_)) {}
  ResultsFile& operator=(ResultsFile&&) = delete;
  ~ResultsFile();

  /// What open() repaired or found damaged, a line each for a person.
  [[nodiscard]] const std::vector<std::string>& notes() const { return notes_; }

  /// Whether the picture has a line that counts: one of this process, or a standing one.
  [[nodiscard]] bool has(const std::string& image) const;

  /// Appends the object as a sealed line. After an Error, which leaves no part of the line, nothing more may
  /// be appended.
  Status append(const std::string& image, const std::string& object);

  /// Flushes to the disk. Lines are safe from the end of this process as soon as append() returns; from the
  /// end of the machine, after this.
  [[nodiscard]] Status flush() const;

 private:
  ResultsFile(int fd, std::string path, std::string run)
      : fd_(fd), path_(std::move(path)), run_(std::move(run)) {}
  Status lock();
  Status read_standing(Standing standing);
  [[nodiscard]] Error io_error(const char* doing, int error_number) const;

  int fd_;
  std::string path_;
  std::string run_;
  std::uint64_t end_ = 0;                 ///< of the last whole line
  std::unordered_set<std::string> done_;  ///< pictures, as JSON spells them
  std::vector<std::string> notes_;
};

}  // namespace fcn::tools
