// SPDX-License-Identifier: MIT
// Debian's Chromium, without a window, driven as its own developer tools drive it: JSON messages, each ended
// by NUL, over two pipes. It asks no network for anything and is gone with the object.
#pragma once

#include <fcntl.h>
#include <poll.h>
#include <sys/wait.h>
#include <unistd.h>

#include <csignal>
#include <nlohmann/json.hpp>
#include <stdexcept>
#include <string>
#include <vector>

#include "tests/tools/picture_files.hpp"

namespace fcn::tools::test {

/// Every call waits for its answer, as long as a slow machine may take, and throws if there is none.
class Browser {
 public:
  using Json = nlohmann::json;

  /// Where it is installed; empty if it is not.
  static std::string installed() {
    for (const char* const path :
         {"/usr/bin/chromium", "/usr/bin/chromium-browser", "/usr/bin/google-chrome"})
      if (::access(path, X_OK) == 0) return path;
    return {};
  }

  Browser() {
    std::signal(SIGPIPE, SIG_IGN);  // a browser that is gone is an error, not the end of all tests
    // Its copies of these pipes get the numbers 3 and 4 after fork.
    if (::pipe2(commands_, O_CLOEXEC) != 0 || ::pipe2(answers_, O_CLOEXEC) != 0)
      throw std::runtime_error("no pipe");
    child_ = ::fork();
    if (child_ == 0) become_browser();
    ::close(commands_[0]);
    ::close(answers_[1]);
    const std::string target = call("Target.createTarget", {{"url", "about:blank"}})["targetId"];
    session_ = call("Target.attachToTarget", {{"targetId", target}, {"flatten", true}})["sessionId"];
    call("Page.enable");
  }
  Browser(const Browser&) = delete;
  Browser& operator=(const Browser&) = delete;
  ~Browser() {
    ::close(commands_[1]);
    ::close(answers_[0]);
    ::kill(-child_, SIGKILL);  // its whole group: it starts many processes
    ::waitpid(child_, nullptr, 0);
  }

  /// Sends a command and returns its result.
  Json call(const std::string& method, const Json& parameters = Json::object()) {
    Json message = {{"id", ++last_id_}, {"method", method}, {"params", parameters}};
    if (!session_.empty()) message["sessionId"] = session_;
    send(message.dump() + '\0');
    for (;;) {
      const Json answer = receive();
      if (answer.value("id", 0) != last_id_) continue;  // an event
      if (answer.contains("error")) throw std::runtime_error(method + ": " + answer["error"].dump());
      return answer["result"];
    }
  }

  /// The value of a JavaScript expression in the page, awaited if it is a promise.
  Json evaluate(const std::string& expression) {
    const Json result = call("Runtime.evaluate",
                             {{"expression", expression}, {"awaitPromise", true}, {"returnByValue", true}});
    if (result.contains("exceptionDetails")) throw std::runtime_error(result["exceptionDetails"].dump());
    return result["result"].value("value", Json());
  }

  /// Opens a file and returns when `ready`, an expression, has become true.
  void open(const std::string& path, const std::string& ready) {
    call("Page.navigate", {{"url", "file://" + path}});
    evaluate("new Promise(done => { const look = () => location.href !== 'about:blank' && (" + ready +
             ") ? done() : setTimeout(look, 10); look(); })");
  }

  /// Size of the page in CSS pixels, and the reader's colour scheme ("light", "dark").
  void show_as(int width, int height, const std::string& scheme) {
    call("Emulation.setDeviceMetricsOverride",
         {{"width", width}, {"height", height}, {"deviceScaleFactor", 1}, {"mobile", width < 600}});
    call("Emulation.setEmulatedMedia",
         {{"features", {{{"name", "prefers-color-scheme"}, {"value", scheme}}}}});
  }

  /// A PNG of what is seen, as base64.
  std::string screenshot() { return call("Page.captureScreenshot", {{"format", "png"}})["data"]; }

 private:
  [[noreturn]] void become_browser() {
    ::setpgid(0, 0);
    // First out of the way of 3 and 4, whatever numbers the pipes got; dup2's copies stay open over exec.
    const int in = ::fcntl(commands_[0], F_DUPFD, 10), out = ::fcntl(answers_[1], F_DUPFD, 10);
    ::dup2(in, 3);
    ::dup2(out, 4);
    const int nowhere = ::open("/dev/null", O_RDWR);
    for (const int fd : {0, 1, 2}) ::dup2(nowhere, fd);
    ::setenv("HOME", folder_.path().c_str(), 1);
    const std::string profile = "--user-data-dir=" + (folder_ / "profile"), program = installed();
    // Root has no sandbox; --disable-dev-shm-usage for containers, whose /dev/shm is small.
    ::execl(program.c_str(), program.c_str(), "--headless", "--no-sandbox", "--disable-gpu",
            "--disable-dev-shm-usage", "--no-first-run", "--remote-debugging-pipe", profile.c_str(),
            static_cast<char*>(nullptr));
    ::_exit(127);
  }

  void send(const std::string& bytes) const {
    std::size_t sent = 0;
    while (sent < bytes.size()) {
      const ssize_t count = ::write(commands_[1], bytes.data() + sent, bytes.size() - sent);
      if (count <= 0) throw std::runtime_error("the browser takes no command");
      sent += static_cast<std::size_t>(count);
    }
  }

  Json receive() {
    for (;;) {
      if (const std::size_t end = received_.find('\0'); end != std::string::npos) {
        Json message = Json::parse(received_.substr(0, end));
        received_.erase(0, end + 1);
        return message;
      }
      constexpr int kPatience = 180'000;  // milliseconds
      struct pollfd waiting = {answers_[0], POLLIN, 0};
      char piece[1 << 16];
      const ssize_t count =
          ::poll(&waiting, 1, kPatience) == 1 ? ::read(answers_[0], piece, sizeof piece) : 0;
      if (count <= 0) throw std::runtime_error("the browser does not answer");
      received_.append(piece, static_cast<std::size_t>(count));
    }
  }

  TemporaryFolder folder_;  // its profile; destroyed last, when it no longer writes there
  int commands_[2] = {-1, -1};
  int answers_[2] = {-1, -1};
  pid_t child_ = -1;
  std::string session_;
  std::string received_;
  int last_id_ = 0;
};

}  // namespace fcn::tools::test
