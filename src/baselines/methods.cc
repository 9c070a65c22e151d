#include "joulecast/baselines/methods.h"

#include <fmt/format.h>
#include <fmt/ranges.h>

#include <algorithm>
#include <array>
#include <string>
#include <vector>

#include "base/text.h"

namespace joulecast::baselines {
namespace {

constexpr std::array kMethods = {
    Method{.name = "green-algorithms",
           .about = "rated power of all parts x time, as its website asks for it",
           .formula = "E = PUE x (cores x P_core x u_cpu + GPUs x TDP x u_gpu + GB x 0.3725 W) x t",
           .constants = "u = 1 unless said; P_core = TDP / cores, 12 W where the CPU is not known; "
                        "memory 0.3725 W/GB; PUE 1 here (1.56 on the website where it is not "
                        "known, 1 for one's own computer)",
           .source = "Lannelongue, Grealey, Inouye, Advanced Science 8(12), 2021; website",
           .limits = "knows neither the load nor the duration; only the parts that the meter saw "
                     "are compared",
           .when = "at the end",
           .told = "true duration",
           .family = Family::kExisting},
    Method{.name = "green-algorithms-paper",
           .about = "Green Algorithms as del Rey et al. use it: with the GPU's measured use",
           .formula = "E = (power limit x mean GPU utilisation + GB x 0.3725 W) x t",
           .constants = "memory 0.3725 W/GB; no PUE, no CPU",
           .source = "del Rey et al., arXiv 2307.05520; Lannelongue et al. 2021",
           .limits = "needs the GPU's mean utilisation, known only afterwards; a GPU of 30 % "
                     "utilisation draws far more than 30 % of its limit",
           .when = "at the end",
           .told = "true duration, true GPU utilisation",
           .family = Family::kExisting},
    Method{.name = "ml-co2",
           .about = "ML CO2 Impact: the GPU's TDP x GPU-hours",
           .formula = "E = TDP x GPUs x t",
           .constants = "TDP by the data sheet; no PUE",
           .source = "Lacoste et al., arXiv 1910.09700; website",
           .limits = "GPU alone, always at full load; the website takes hours, its user multiplies "
                     "by the GPUs",
           .when = "at the end",
           .told = "true duration",
           .family = Family::kExisting},
    Method{.name = "ml-co2-paper",
           .about = "ML CO2 Impact as del Rey et al. use it: power limit x time",
           .formula = "E = power limit x t",
           .constants = "none",
           .source = "del Rey et al., arXiv 2307.05520; Lacoste et al. 2019",
           .limits = "as ml-co2; heeds a power limit that was set",
           .when = "at the end",
           .told = "true duration",
           .family = Family::kExisting},
    Method{.name = "flops-only",
           .about = "energy proportional to the training's FLOPs",
           .formula = "E = c x FLOPs, FLOPs = epochs x forward FLOPs of a sample x (3 x training "
                      "samples + validation samples)",
           .constants = "c: geometric mean of E / FLOPs over all runs of other groups "
                        "(leave one group out)",
           .source = "the measure that Schwartz et al., Green AI, CACM 63(12), 2020, propose",
           .limits = "knows neither GPU nor batch size nor memory traffic; frozen layers count as "
                     "if they trained",
           .when = "before the start",
           .told = "epoch count",
           .family = Family::kExisting},
    Method{.name = "carbontracker-1",
           .about = "Carbontracker's projection from the first epoch",
           .formula = "E = epochs x E_1",
           .constants = "k = 1 (its default); PUE 1.58 stands apart and is not in the answer",
           .source = "Anthony, Kanding, Selvan, arXiv 2007.03051; carbontracker/predictor.py 2.4.3",
           .limits = "the first epoch holds start-up and caching; sees no later phase; no interval",
           .when = "after 1 epoch",
           .told = "epoch count",
           .family = Family::kExisting},
    Method{.name = "carbontracker-3",
           .about = "Carbontracker's projection from the first three epochs",
           .formula = "E = epochs x (E_1 + E_2 + E_3) / 3",
           .constants = "k = 3; PUE 1.58 stands apart and is not in the answer",
           .source = "Anthony, Kanding, Selvan, arXiv 2007.03051; carbontracker/predictor.py 2.4.3",
           .limits = "as carbontracker-1",
           .when = "after 3 epochs",
           .told = "epoch count",
           .family = Family::kExisting},
    Method{.name = "codecarbon",
           .about = "CodeCarbon where it has no meter: models of CPU load and of memory",
           .formula = "E = (TDP x (0.1 + 0.9 x load^3) + memory) x t",
           .constants = "memory: 5 W a guessed DIMM, weight 1 for DIMMs 1 to 4, 0.9 to 8, 0.8 to "
                        "16, 0.7 above, at least 10 W; PUE 1",
           .source = "codecarbon 3.3, external/hardware.py and external/ram.py",
           .limits = "a measurement, no forecast: nothing of it is known before the end; where the "
                     "meter saw a GPU it is not asked, for it reads the same counter",
           .when = "at the end",
           .told = "true duration, true CPU load",
           .family = Family::kExisting},
    Method{.name = "llmcarbon",
           .about = "language models by parameters and tokens",
           .formula = "E = N x TDP x t, t = 6 x parameters x tokens / (N x peak x efficiency)",
           .constants = "peak by the data sheet (FP16 tensor cores, dense); efficiency as the user "
                        "says it; PUE stands apart",
           .source = "Faiz et al., ICLR 2024, arXiv 2309.14393",
           .limits = "dense transformers only; the efficiency is its user's guess and everything "
                     "hangs on it; GPU alone",
           .when = "before the start",
           .told = "token count, efficiency",
           .family = Family::kExisting},
    Method{.name = "step-power",
           .about = "STEP as published, power form",
           .formula = "E = mean power of epochs 11 to 15 x duration of the whole training",
           .constants = "s = 10 epochs before the window, w = 5 epochs in it",
           .source = "del Rey et al., arXiv 2307.05520",
           .limits = "needs the true duration, which nobody knows while training",
           .when = "after 15 epochs",
           .told = "true duration",
           .family = Family::kPublished},
    Method{.name = "step-epoch",
           .about = "STEP as published, epoch form",
           .formula = "E = E(epochs 1 to 10) + mean of epochs 11 to 15 x (epochs - 10)",
           .constants = "s = 10 epochs before the window, w = 5 epochs in it",
           .source = "del Rey et al., arXiv 2307.05520",
           .limits = "never revised after epoch 15; sees no later phase",
           .when = "after 15 epochs",
           .told = "epoch count",
           .family = Family::kPublished},
    Method{.name = "pre-linear-epoch",
           .about = "PRE as published, linear: energy of an epoch x epochs",
           .formula = "epoch energy by least squares on ten standardised features; x epochs",
           .constants = "fitted",
           .source = "del Rey et al., arXiv 2307.05520",
           .limits = "as pre-krr-epoch",
           .when = "before the start",
           .told = "epoch count",
           .family = Family::kPublished},
    Method{.name = "pre-krr-power",
           .about = "PRE as published, kernel ridge: mean power x duration",
           .formula = "power by RBF kernel ridge on ten standardised features; x true duration",
           .constants = "the published alpha and gamma",
           .source = "del Rey et al., arXiv 2307.05520",
           .limits = "as pre-krr-epoch, and needs the true duration",
           .when = "before the start",
           .told = "true duration",
           .family = Family::kPublished},
    Method{.name = "pre-krr-epoch",
           .about = "PRE as published, kernel ridge: energy of an epoch x epochs",
           .formula = "epoch energy by RBF kernel ridge on ten standardised features; x epochs",
           .constants = "the published alpha and gamma",
           .source = "del Rey et al., arXiv 2307.05520",
           .limits = "knows a network by its FLOPs and a GPU by four figures: far from what it was "
                     "fitted on it answers with the mean or below zero",
           .when = "before the start",
           .told = "epoch count",
           .family = Family::kPublished},
    Method{.name = "pre-svr-epoch",
           .about = "PRE as published, support-vector regression: energy of an epoch x epochs",
           .formula = "epoch energy by epsilon-SVR on ten standardised features; x epochs",
           .constants = "the published C, epsilon and gamma",
           .source = "del Rey et al., arXiv 2307.05520",
           .limits = "as pre-krr-epoch",
           .when = "before the start",
           .told = "epoch count",
           .family = Family::kPublished},
    Method{.name = "joulecast-estimate",
           .about = "joulecast before the start",
           .formula =
               "the network's operators on the GPU's data sheet, corrected by trainings like "
               "it (docs/estimator.md); x epochs",
           .constants = "fitted; a recorded estimate of a stored run is taken as it stands",
           .source = "docs/estimator.md",
           .limits = "needs the set-up: network, GPU, batch, sizes; its interval says how far it "
                     "can be trusted",
           .when = "before the start",
           .told = "epoch count",
           .family = Family::kOurs},
    Method{
        .name = "joulecast",
        .about = "joulecast's projection, revised after every epoch; joulecast@3: after 3 epochs",
        .formula = "spent + what remains by a robust level per kind of work and phase, with an "
                   "interval (docs/projection.md)",
        .constants = "docs/projection.md",
        .source = "docs/projection.md",
        .limits = "cannot know of a phase that neither was declared nor has begun",
        .when = "after every epoch",
        .told = "epoch count",
        .family = Family::kOurs},
};

}  // namespace

std::span<const Method> methods() { return kMethods; }

Result<const Method*> find_method(std::string_view name) {
  const std::string_view base = name.substr(0, name.find('@'));
  const auto found = std::find_if(kMethods.begin(), kMethods.end(),
                                  [base](const Method& method) { return method.name == base; });
  const bool any_moment = base.size() == name.size() || base == "joulecast";
  if (found != kMethods.end() && any_moment) return &*found;
  std::vector<std::string_view> names;
  for (const Method& method : kMethods) names.push_back(method.name);
  const auto near = nearest(base, names);
  return Error{fmt::format("there is no method {}{}; choose one of {}", quoted(name),
                           near ? fmt::format(" (did you mean {}?)", *near) : "",
                           fmt::join(names, ", "))};
}

}  // namespace joulecast::baselines
