// What a set-up leaves to this machine: its GPU or CPU, its host.
#pragma once

#include <string>

#include "joulecast/base/result.h"
#include "joulecast/pre/settings.h"

namespace joulecast::cli {

/// This machine's CPU as a device that trains, by its name of hardware/cpu_device.h; its memory's
/// speed as `joulecast calibrate host` measured it, else assumed. Error: /proc/cpuinfo says
/// nothing.
Result<std::string> cpu_of_this_machine();

/// Puts names in place of a GPU "auto" (this machine's GPU, or its CPU where it has none) and
/// "cpu", and adds this host where nobody said another. A network's file gets its whole path: the
/// record is read elsewhere. Error: a GPU that the catalogue does not have.
Status name_machine(pre::SaidSettings& said);

/// Adds the memory of this machine where nobody said another.
void assume_host_memory(pre::SaidSettings& said);

/// Adds how fast this host is where it is the set-up's and `joulecast calibrate host` measured it
/// on a quiet machine.
void assume_host_speed(pre::SaidSettings& said);

}  // namespace joulecast::cli
