// The formats. To add one: its file, and its line here.
#include <array>

#include "readers/carbontracker.h"
#include "readers/codecarbon.h"
#include "readers/epochs_csv.h"
#include "readers/format.h"
#include "readers/mlperf.h"
#include "readers/nvidia_smi.h"
#include "readers/recording.h"
#include "readers/run_folder_format.h"
#include "readers/samples_csv.h"

namespace joulecast::readers {

std::span<const Format> format_table() {
  static constexpr std::array kFormats = {
      Format{{"joulecast", "a recording folder, as joulecast writes it"},
             recognises_recording,
             read_recording},
      Format{{kRunFolderFormat, "a run folder, as 'joulecast run' writes it"},
             recognises_run_folder,
             read_run_folder},
      Format{{"mlperf", "an MLPerf training log with the node power log beside it"},
             recognises_mlperf,
             read_mlperf},
      // Its table has a timestamp and gpu_power too, so it is asked for before nvidia-smi.
      Format{{"codecarbon", "CodeCarbon's emissions.csv, a row per epoch"},
             recognises_codecarbon,
             read_codecarbon},
      Format{{"nvidia-smi", "the CSV of nvidia-smi --query-gpu=timestamp,power.draw --format=csv"},
             recognises_nvidia_smi,
             read_nvidia_smi},
      Format{{"carbontracker", "a log of Carbontracker"},
             recognises_carbontracker,
             read_carbontracker},
      Format{{"epochs", "CSV: epoch, duration_s, energy_j [, phase, samples, accuracy, loss]"},
             recognises_epochs,
             read_epochs},
      Format{{"samples", "CSV: time_s, power_w or power_<device>_w; or watts, one per line"},
             recognises_samples,
             read_samples},
  };
  return kFormats;
}

}  // namespace joulecast::readers
