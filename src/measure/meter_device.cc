#include "meter_device.h"

#include <algorithm>

#include "counter_curve.h"
#include "power_curve.h"

namespace joulecast::measure {
namespace {

std::unique_ptr<ChannelCurve> make_curve(const Channel& channel, std::vector<MeterNote>& notes) {
  if (channel.quantity == Channel::Quantity::kEnergy) {
    return std::make_unique<CounterCurve>(channel, notes);
  }
  return std::make_unique<PowerCurve>(channel, notes);
}

}  // namespace

MeterDevice::MeterDevice(const Channel& main, const Channel* other, std::vector<MeterNote>& notes)
    : notes_(main.device.id, notes),
      main_(make_curve(main, notes)),
      other_(other != nullptr ? make_curve(*other, notes) : nullptr) {}

void MeterDevice::update(const Reading& main, const Reading* other, MonotonicSeconds now_s) {
  if (!begun_) {
    begun_ = true;
    settled_s_ = now_s;
  }
  std::optional<double> other_w;
  if (other_ != nullptr && other != nullptr) {
    other_->update(*other, now_s, std::nullopt);
    other_w = other_->power_now_w();
  }
  main_->update(main, now_s, other_w);
  settle();
  if (other_ != nullptr) {
    check_.update(main_->curve(), other_->curve());
    if (auto alarm = check_.alarm()) {
      notes_.add(MeterNotes::Kind::kDisagrees, now_s, std::move(*alarm));
    }
  }
}

void MeterDevice::close(MonotonicSeconds end_s) {
  begun_ = true;
  main_->close(end_s);
  if (other_ != nullptr) {
    other_->close(end_s);
  }
  settle();
  settled_s_ = std::max(settled_s_, end_s);
}

// Goes on to where the main channel is covered, or to where the other has said what it knows of the
// main one's hole.
void MeterDevice::settle() {
  while (true) {
    const auto main = main_->curve().stretch_from(settled_s_);
    if (main.end_s <= settled_s_) {
      return;
    }
    if (main.covered || other_ == nullptr) {
      use(*main_);
      settled_s_ = main.end_s;
      continue;
    }
    const auto other = other_->curve().stretch_from(settled_s_);
    if (other.end_s <= settled_s_) {
      return;
    }
    use(other.covered ? *other_ : *main_);
    settled_s_ = std::min(main.end_s, other.end_s);
  }
}

bool MeterDevice::stands_in(const Part& part) const {
  return part.channel == other_.get() && device().origin == Origin::kCounter;
}

void MeterDevice::use(const ChannelCurve& channel) {
  if (parts_seen_ > 0 && parts_[(parts_seen_ - 1) % kParts].channel == &channel) {
    return;
  }
  const auto before = at(settled_s_);
  const auto from = channel.curve().at(settled_s_);
  if (!from) {
    return;
  }
  Part part{.from_s = settled_s_,
            .channel = &channel,
            .energy_j = 0.0,
            .uncovered_s = 0.0,
            .variance_j2 = 0.0,
            .integrated_s = 0.0,
            .channel_uncovered_s = from->uncovered_s};
  if (before) {
    part.energy_j = before->energy.value() - from->energy_j;
    part.uncovered_s = before->uncovered.value() - from->uncovered_s;
    // Where two curves join, both their errors there stay in all that follows.
    const double joint_j2 =
        before->cut_error.value() * before->cut_error.value() + from->error_j * from->error_j;
    part.variance_j2 = before->variance_j2 - from->variance_j2 + joint_j2 / (kSigmas * kSigmas);
    part.integrated_s = before->integrated.value();
  }
  parts_[parts_seen_ % kParts] = part;
  ++parts_seen_;
  const bool returns = &channel == main_.get() && parts_seen_ > 1;
  if (returns) {
    notes_.add(MeterNotes::Kind::kReturned, settled_s_, "measured by its own meter again");
  } else if (stands_in(part)) {
    notes_.add(MeterNotes::Kind::kReplaced, settled_s_,
               "integrated from power while its counter does not work");
  }
}

const MeterDevice::Part* MeterDevice::part_at(MonotonicSeconds time_s) const {
  const std::size_t kept = std::min(parts_seen_, kParts);
  for (std::size_t age = 0; age < kept; ++age) {
    const Part& part = parts_[(parts_seen_ - 1 - age) % kParts];
    if (part.from_s <= time_s || age + 1 == parts_seen_) {
      return &part;
    }
  }
  return nullptr;
}

std::optional<EnergyPoint> MeterDevice::at(MonotonicSeconds time_s) const {
  const Part* part = begun_ && time_s <= settled_s_ ? part_at(time_s) : nullptr;
  if (part == nullptr) {
    return std::nullopt;
  }
  const auto point = part->channel->curve().at(time_s);
  if (!point) {
    return std::nullopt;
  }
  double integrated_s = part->integrated_s;
  if (stands_in(*part) && time_s > part->from_s) {
    integrated_s += time_s - part->from_s - (point->uncovered_s - part->channel_uncovered_s);
  }
  return EnergyPoint{.time_s = time_s,
                     .energy = Joules(point->energy_j + part->energy_j),
                     .cut_error = Joules(point->error_j),
                     .uncovered = Seconds(point->uncovered_s + part->uncovered_s),
                     .integrated = Seconds(integrated_s),
                     .variance_j2 = point->variance_j2 + part->variance_j2};
}

std::optional<double> MeterDevice::power_now_w() const {
  const auto main_w = main_->power_now_w();
  return main_w || other_ == nullptr ? main_w : other_->power_now_w();
}

bool MeterDevice::in_step() const {
  return main_->in_step() && parts_seen_ > 0 &&
         parts_[(parts_seen_ - 1) % kParts].channel == main_.get();
}

double MeterDevice::poll_in_s(double at_most_s) const {
  const double main_s = main_->poll_in_s(at_most_s);
  if (other_ == nullptr || in_step()) return main_s;
  return std::min(main_s, other_->poll_in_s(at_most_s));
}

}  // namespace joulecast::measure
