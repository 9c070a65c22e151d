#!/usr/bin/env python3
"""The projection rule of joulecast, as it was designed: the reference of src/step/projection_rule.

Golden values for its test, from generated runs (no one's data):

    python3 -m venv venv && venv/bin/pip install numpy scipy
    venv/bin/python tools/golden/projection_rule.py --golden > tests/data/projection_golden.json

Written to be short and near to the formulas; what the numbers mean and where they come from stands
in src/step/projection_constants.h.
"""
import json
import math
import sys

import numpy as np
from scipy.stats import t as student_t

TAU = 100.0
BUFFER, ROUNDS, NU, CLIP, SHRINK = 32, 6, 3.0, 0.35, 40.0
CAUSES = ("noise", "drift", "meter", "phases", "events", "evaluations")


def median(a):
    b = sorted(a)
    n = len(b)
    return b[n // 2] if n % 2 else 0.5 * (b[n // 2 - 1] + b[n // 2])


def clip(x, most):
    return max(-most, min(most, x))


def priors(kind, evaluation, limit, dt):
    """Per quantity (energy, seconds, watts): mean and sd of the transient, scale, interval scale,
    excess of the first unit and its sd."""
    if evaluation:
        return [(0.0, 0.008, 0.05, 0.10, 0.35, 0.40)] * 3
    alias = 0.1 * dt / max(kind.first_s / kind.first_n, dt)
    if not limit:
        return [(0.0, 0.008, 0.008, math.hypot(0.010, a), 0.0, 0.20) for a in (alias, 0.0, alias)]
    z = min(1.0, max(0.0, (kind.first_e / kind.first_s / limit - 0.45) / 0.20))

    def lerp(a, b):
        return a + (b - a) * z

    def geo(a, b):
        return math.exp(lerp(math.log(a), math.log(b)))

    return [(lerp(0.010 if q < 2 else 0.0, -0.012 if q != 1 else 0.0), lerp(0.015, 0.008),
             geo(0.010, 0.004), math.hypot(geo(0.030, 0.008), alias if q != 1 else 0.0),
             lerp(0.06, 0.0) if q < 2 else 0.0, geo(0.20, 0.10)) for q in range(3)]


class Fit:
    """mu, b, s2 of y = mu + b g + noise, and what is made from them."""


class Series:
    """One kind of work in one phase: a buffer of units (y, g, work, skip) and older ones' sums."""

    def __init__(self):
        self.first = None
        self.buffer = []
        self.n = 0
        self.old = np.zeros((3, 8))  # u, ug, ugg, uy, ugy, urr, rc, rc^2
        self.fits = None

    def add(self, y, g, w):
        if self.first is None:
            self.first = (y, g, w)
            return
        self.n += 1
        self.buffer.append((y, g, w, self.n == 1))
        if len(self.buffer) > BUFFER:
            y0, g0, w0, skip = self.buffer[0]
            a = min(1.0, w0 / median([p[2] for p in self.buffer]))
            for q, f in enumerate(self.fits):
                r = y0[q] - f.mu - f.b * g0
                u = a * (NU + 1) / (NU + a * r * r / f.s2)
                rc = 0.0 if skip else clip(r, CLIP)
                rs = clip(r, 3.0 * math.sqrt(f.s2)) if skip else rc
                self.old[q] += (u, u * g0, u * g0 * g0, u * y0[q], u * g0 * y0[q], u * r * r,
                                a * rc, a * rs * rs)
            del self.buffer[0]

    def work(self):
        return median([p[2] for p in self.buffer]) if self.buffer else self.first[2]

    def fit(self, q, prior, running=None):
        mb, sb, s0, i0, f_mean, f_sd = prior
        n, m, o = self.n, len(self.buffer), self.old[q]
        n1 = max(n - 1, 0)
        y = [p[0][q] for p in self.buffer]
        g = [p[1] for p in self.buffer]
        a = [min(1.0, p[2] / self.work()) for p in self.buffer]
        v = [0.0] * m
        if m == n:  # the first unit stays while nothing is folded
            y.append(self.first[0][q] - f_mean)
            g.append(self.first[1])
            a.append(1.0)
            v.append(f_sd * f_sd)
        if running is not None:
            y.append(running[0][q])
            g.append(running[1])
            a.append(1.0)
            v.append(running[2])
        y, g, a, v = map(np.array, (y, g, a, v))
        base = y - mb * g
        if m:
            mu = median(base[:m])
        else:
            p = 1 / (v + s0 * s0)
            mu = float((p * base).sum() / p.sum())
        mad = 0.0
        if m > 2:
            mad = 1.4826 * median(np.abs(base[:m] - mu))
        elif m == 2:
            mad = abs(base[0] - base[1]) / math.sqrt(2.0)
        b, s2 = mb, (4 * s0 * s0 + n1 * mad * mad) / (4 + n1)
        for _ in range(ROUNDS):
            spread = s2 / a + v
            r = y - mu - b * g
            p = (NU + 1) / (NU + r * r / spread) / spread
            a00 = p.sum() + o[0] / s2
            a01 = (p * g).sum() + o[1] / s2
            a11 = (p * g * g).sum() + o[2] / s2 + 1 / (sb * sb)
            c0 = (p * y).sum() + o[3] / s2
            c1 = (p * g * y).sum() + o[4] / s2 + mb / (sb * sb)
            d = a00 * a11 - a01 * a01
            mu, b = (a11 * c0 - a01 * c1) / d, (a00 * c1 - a01 * c0) / d
            r = y - mu - b * g
            s2 = (4 * s0 * s0 + o[5] + ((p * spread)[:m] * a[:m] * r[:m] ** 2).sum()) / (4 + n1)
        f = Fit()
        f.mu, f.b, f.s2 = float(mu), float(b), float(s2)
        f.cov = (a11 / d, -a01 / d, a00 / d)
        rc = np.clip(r[:m], -CLIP, CLIP)
        main = np.array([0.0 if p[3] else 1.0 for p in self.buffer])
        f.corr = float((rc * a[:m] * main).sum() + o[6]) / (n + SHRINK)
        most = 3.0 * math.sqrt(s2)
        rs = np.where(main > 0, rc, np.clip(rc, -most, most))
        f.interval = float((3 * i0 * i0 + (a[:m] * rs * rs).sum() + o[7]) / (3 + n1))
        f.slow = 0.0
        if m >= 12:  # does the recent half of the buffer sit off the fit?
            half = m // 2
            off = median(r[m - half:m])
            z2 = (off / (1.2533 * math.sqrt(s2 * max(1.0 / half - 1.0 / n, 1e-12)))) ** 2
            if z2 > 4.0:
                f.slow = (1 - 4.0 / z2) * off
        return f


class Kind:
    """One kind of work: the present phase's series, changes of phase, lone long units (events)."""

    def __init__(self, evaluation, limit, dt, every, detect):
        self.evaluation, self.limit, self.dt = evaluation, limit, dt
        self.every, self.detect = every, detect
        self.count, self.phase = 0, 1
        self.pending = None  # (y, g, w, d, ordinal)
        self.former = None   # state before the last detected change
        self.since = []      # units since that change
        self._fresh()

    def _fresh(self):
        self.series = Series()
        self.first_e = self.first_s = 0.0
        self.first_n = 0
        self.events = []     # (ordinal, excess per quantity); a real one keeps sums

    def _state(self):
        return self.series, self.first_e, self.first_s, self.first_n, list(self.events)

    def priors(self):
        return priors(self, self.evaluation, self.limit, self.dt)

    def begin_phase(self):
        self._fresh()
        self.former = self.pending = None
        self.since = []
        self.phase += 1

    def _put(self, y, g, w):
        self.series.add(y, g, w)
        if self.first_n < 3:
            self.first_e += w * math.exp(y[0])
            self.first_s += w * math.exp(y[1])
            self.first_n += 1
        pr = self.priors()
        self.series.fits = [self.series.fit(q, pr[q]) for q in range(3)]

    def _settle(self):
        """No second unit followed that was off: a long one was an event, a short one an outlier."""
        if self.pending is None:
            return
        y, g, w, d, ordinal = self.pending
        self.pending = None
        if d[0] > 0:
            self.events.append((ordinal, (math.expm1(d[0]), math.expm1(d[1]), 0.0)))
        else:
            self._put(y, g, w)

    def add(self, y, g, w):
        self.count += 1
        s = self.series
        if self.detect and s.n >= 2:
            d = [y[q] - f.mu - f.b * g for q, f in enumerate(s.fits[:2])]
            threshold = max(0.10 * (1 + 2 / s.n), 5.0 * math.sqrt(s.fits[0].s2))
            if abs(d[0]) > threshold:
                if self.former is not None and s.n <= 3:
                    f = self.former[0].fits[0]
                    if abs(y[0] - f.mu - f.b * g) <= max(0.05, 3 * math.sqrt(f.s2)):
                        return self._take_back(y, g, w)
                if self.pending is not None:
                    d1, d2 = self.pending[3][0], d[0]
                    if d1 * d2 > 0 and (abs(d1 - d2) <= 0.5 * abs(d2)
                                        or abs(d2) > max(0.25, 1.6 * threshold)):
                        return self._change(y, g, w)
                    self._settle()
                self.pending = (y, g, w, d, self.count)
                return None
            self._settle()
        self._put(y, g, w)
        if self.former is not None:
            self.since.append((y, g, w))
            if len(self.since) > 5:
                self.former, self.since = None, []
        return None

    def _take_back(self, y, g, w):
        units = self.since + [(y, g, w)]
        self.series, self.first_e, self.first_s, self.first_n, self.events = self.former
        self.former = self.pending = None
        self.since = []
        self.phase -= 1
        for unit in units:
            self._put(*unit)

    def _change(self, y, g, w):
        self.former = self._state()
        units = [self.pending[:3], (y, g, w)]
        self.pending = None
        self._fresh()
        self.phase += 1
        for unit in units:
            self._put(*unit)
        self.since = units

    def events_to_come(self, h):
        """Expected number within h units, and its sd."""
        seen, m = self.count, len(self.events)
        if self.every:
            return (math.floor((seen + h) / self.every + 1e-9)
                    - math.floor(seen / self.every + 1e-9), 0.0)
        if m == 0:
            return 0.0, 0.0
        at = [e[0] for e in self.events]
        to_come = seen + h - at[-1]
        if m == 1:
            again = math.floor(to_come / at[0] + 1e-9)
            return 0.667 * again, 0.5 * again + (0.3 if again == 0 else 0.0)
        period = (at[-1] - at[0]) / (m - 1)
        deviation = 0.0
        for i in range(2, m):
            before = (at[i - 1] - at[0]) / (i - 1)
            deviation = max(deviation, abs(at[i] - at[i - 1] - before) / before)
        if m == 2 or deviation <= 0.34:
            more = max(0.0, math.floor(to_come / period + 0.25))
            return more, 0.5 if m > 2 else 0.5 + 0.25 * more
        more = max(0.0, to_come / period)
        return more, math.sqrt(more + more * more / m)

    def remaining(self, clock, work, unseen, running=None):
        """Values and variances by cause of energy and seconds, degrees of freedom, the variance of
        the log of watts."""
        s, pr = self.series, self.priors()
        fits = s.fits if running is None else [s.fit(q, pr[q], running) for q in range(3)]
        n, n1, w0 = s.n, max(s.n - 1, 0), s.work()
        h = max(work / w0, 1e-12)
        ahead = math.exp(fits[1].mu + fits[1].corr) * work
        x = ahead / TAU
        g = math.exp(-clock / TAU) * ((1 - math.exp(-x)) / x if x > 1e-9 else 1.0)
        reach = min(h / max(len(s.buffer), 1), 3.0) ** 2
        events, events_sd = self.events_to_come(h)

        def transient(f):
            return max(0.0, 2.0 * (2 * g * f.cov[1] + g * g * f.cov[2]))

        def drift(f):
            wander = 0.01 * min(h, 4 * (n + 2), 60.0) / (3 * (1 + n / 100))
            return (0.07 * f.interval / (1 + 0.15 * n1) + 0.002 ** 2 + wander * f.interval
                    + f.slow ** 2 * (0.25 + 0.5 * reach))

        out = []
        for q in range(2):
            f = fits[q]
            rate = math.exp(f.mu + f.corr)
            known = math.exp(f.mu + f.b * g + f.corr + f.slow) * work
            later = math.exp(f.mu + f.corr + f.slow) * unseen
            meter = min(f.interval, (0.1 * self.dt / (ahead / h)) ** 2) if q == 0 else 0.0
            var = dict.fromkeys(CAUSES, 0.0)
            var["noise"] = known ** 2 * ((f.interval - meter) / h + 2.0 * f.cov[0])
            var["drift"] = known ** 2 * (transient(f) + drift(f))
            var["meter"] = known ** 2 * meter / h
            var["phases"] = (0.55 * later) ** 2
            if self.pending is not None:
                jump = math.expm1(min(self.pending[3][q], 3.0)) * (known + later)
                var["phases"] += 0.1875 * jump ** 2
            value = known + later
            if self.events:
                m = len(self.events)
                x = np.array([e[1][q] for e in self.events])
                mean = x.sum() / m
                spread = max(0.0, (x * x).sum() - m * mean * mean)
                one = (2 * (0.5 * mean) ** 2 + spread) / (m + 1)
                extra = events * mean * rate * w0
                value += max(extra, mean * known) if mean < 0 else extra
                var["events"] = (rate * w0) ** 2 * ((events_sd * mean) ** 2
                                                    + (events + events * events / m) * one)
            elif events > 0:
                value += 0.4 * events * rate * w0
                var["events"] = (0.4 * events * rate * w0) ** 2
            out.append((value, var))
        f = fits[2]
        watts = (f.interval * w0 / max(work + unseen, w0) + 2.0 * f.cov[0] + transient(f)
                 + drift(f))
        return out, max(3, min(3 + n1, 30)), watts


class Projector:
    """work_total: planned training work; phases: works of the declared phases, the last may be None
    (the rest); evals_total: planned number of evaluations; evals_expected: they will come though
    none was seen; limit: power limit in W; dt: sampling interval in s, 0 for an energy counter."""

    def __init__(self, work_total, phases=None, evals_total=None, evals_expected=False,
                 events_every=None, limit=None, dt=0.0, level=0.90):
        self.total, self.dt, self.level = float(work_total), dt, level
        self.evals_total = evals_total
        self.evals_expected = evals_expected or bool(evals_total)
        self.bounds = [] if phases is None else list(np.cumsum(phases[:-1]))
        self.next_bound = 0
        detect = phases is None
        self.train = Kind(False, limit, dt, events_every, detect)
        self.eval = Kind(True, limit, dt, None, detect)
        self.both = Kind(False, limit, dt, events_every, detect)  # with the evaluation after it
        self.paired = True   # every training unit so far was followed by one evaluation
        self.waiting = None  # the training unit whose evaluation may follow
        self.clock, self.done = 0.0, 0.0
        self.spent, self.trained = [0.0, 0.0], [0.0, 0.0]
        self.evals, self.first_eval, self.last_eval = 0, 0.0, 0.0

    def add(self, kind, work, joules, seconds):
        def unit(w, e, t, middle):
            return ((math.log(e / w), math.log(t / w), math.log(e / t)),
                    math.exp(-middle / TAU), w)

        start = self.clock
        self.clock += seconds
        self.spent[0] += joules
        self.spent[1] += seconds
        this = unit(work, joules, seconds, start + 0.5 * seconds)
        if kind == "train":
            while (self.next_bound < len(self.bounds)
                   and self.done >= self.bounds[self.next_bound] - 1e-9 * self.total):
                self.next_bound += 1
                self.train.begin_phase()
                self.both.begin_phase()
            if self.waiting is not None:
                self.paired = False
            self.waiting = (work, joules, seconds, start)
            self.done += work
            self.trained[0] += joules
            self.trained[1] += seconds
            self.train.add(*this)
        else:
            self.evals += 1
            self.last_eval = self.done
            if self.evals == 1:
                self.first_eval = self.done
            if self.waiting is None:
                self.paired = False
            elif self.paired:
                w, e, t, t0 = self.waiting
                self.both.add(*unit(w, e + joules, t + seconds, 0.5 * (t0 + self.clock)))
            self.waiting = None
            self.eval.add(*this)
        return self.forecast()

    def _running_point(self, kind, both, work, joules, seconds):
        s = kind.series
        if not (work > 0 and 1 <= s.n + 1 < 8 and seconds >= 10 * self.dt
                and s.n == kind.count - len(kind.events) - 1):
            return None
        v = (0.3 * self.dt / seconds) ** 2 + 1e-6
        if both:  # its share of the evaluation that it will have
            e, t = (math.exp(f.mu + f.corr) * work / s.work() for f in self.eval.series.fits[:2])
            joules, seconds = joules + e, seconds + t
        y = (math.log(joules / work), math.log(seconds / work), math.log(joules / seconds))
        return y, math.exp(-(self.clock + 0.5 * seconds) / TAU), v

    def _evaluations_to_come(self, kind, both, running_work):
        if both:
            return (self.waiting is not None) + running_work / kind.series.work(), 0.0
        if self.evals_total is not None:
            return max(0.0, self.evals_total - self.evals), 0.0
        since = self.total - self.last_eval
        if self.evals >= 2:
            period = (self.last_eval - self.first_eval) / (self.evals - 1)
            return math.floor(since / period + 1e-6) if period > 0 else 0.0, 0.0
        w0 = kind.series.work()
        few = math.floor(since / max(self.last_eval, w0) + 1e-6)
        many = math.floor(since / w0 + 1e-6)
        return 0.5 * (few + many), 0.5 * (many - few)

    def forecast(self, running=(0.0, 0.0, 0.0)):
        """running: work, joules, seconds of the training unit in progress."""
        both = self.paired and self.evals > 0 and self.both.count > 0
        if both and self.evals_total is not None:
            odd = self.evals_total - self.evals - (self.total - self.done) / self.both.series.work()
            both = abs(odd) < 0.5 + (self.waiting is not None)
        kind = self.both if both else self.train
        done = self.done + running[0]
        left, unseen = max(0.0, self.total - done), 0.0
        if self.next_bound < len(self.bounds):
            bound = max(done, self.bounds[self.next_bound])
            unseen, left = max(0.0, self.total - bound), max(0.0, bound - done)
        rest, dof, var_w = [0.0, 0.0], 30, 0.0
        var = [dict.fromkeys(CAUSES, 0.0) for _ in range(2)]
        if left + unseen > 0:
            point = self._running_point(kind, both, *running)
            out, dof, var_w = kind.remaining(self.clock, max(left, 1e-12), unseen, point)
            rest, var = [o[0] for o in out], [o[1] for o in out]
        if self.evals:
            count, count_sd = self._evaluations_to_come(kind, both, running[0])
            if count > 0:
                out, _, _ = self.eval.remaining(self.clock, count, 0.0)
                for q, (value, parts) in enumerate(out):
                    rest[q] += value
                    var[q]["evaluations"] += (sum(parts.values())
                                              + (count_sd * value / count) ** 2)
        elif self.evals_expected and left + unseen > 0:
            for q in range(2):
                training = self.trained[q] + rest[q]
                rest[q] += 0.06 * training
                var[q]["evaluations"] += (0.07 * training) ** 2
        quantile = float(student_t.ppf(0.5 + 0.5 * self.level, dof))
        result = {"phase": kind.phase, "pending": kind.pending is not None, "parts": {}}
        for q, name in enumerate(("joules", "seconds")):
            spent = self.spent[q] + running[q + 1]
            rel = math.sqrt(sum(var[q].values())) / rest[q] if rest[q] > 0 else 0.0
            x = min(quantile * rel, 3.0)
            result[name] = (spent + rest[q], spent + rest[q] * math.exp(-x),
                            spent + rest[q] * math.exp(x))
            result["parts"][name] = {cause: math.sqrt(v) for cause, v in var[q].items()}
        watts = result["joules"][0] / result["seconds"][0]
        if rest[0] > 0:
            odd = sum(var[0][cause] for cause in ("phases", "events", "evaluations"))
            var_w += 0.25 * odd / rest[0] ** 2
        x = min(quantile * rest[0] / result["joules"][0] * math.sqrt(var_w), 3.0)
        result["watts"] = (watts, watts * math.exp(-x), watts * math.exp(x))
        return result


def generated_runs():
    """Name, the Projector's arguments, and the units (kind, work, joules, seconds)."""
    def units(rng, n, watts, seconds, noise, first=0.1):
        y = rng.normal(0, noise, n)
        y[0] += first
        z = y * .9 + rng.normal(0, noise * .2, n)
        return [(float(watts * seconds * np.exp(a)), float(seconds * np.exp(b)))
                for a, b in zip(y, z)]

    def train(pairs, work=1.0):
        return [("train", work, e, s) for e, s in pairs]

    rng = np.random.default_rng
    yield ("one phase, power limit, 60 epochs (folding beyond 32)",
           dict(work_total=60., limit=350.), train(units(rng(1), 59, 280, 12, .006)))

    r = rng(2)
    before = [(e * (.8 if i == 5 else 1), s)
              for i, (e, s) in enumerate(units(r, 10, 150, 25, .012))]
    yield ("two phases found, one dip, polled at 1 s", dict(work_total=40., limit=350., dt=1.),
           train(before) + train(units(r, 29, 310, 40, .01, -.1)))

    r = rng(3)
    run = []
    for (e, s), (a, b) in zip(units(r, 19, 120, 30, .02, .4), units(r, 19, 90, 3, .06, .3)):
        run += [("train", 1., e, s), ("eval", 1., a, b)]
    yield "evaluation after every epoch, no limit", dict(work_total=20., dt=0.1), run

    r = rng(4)
    run = []
    evals = iter(units(r, 20, 90, 14, .05, .3))
    for i, (e, s) in enumerate(units(r, 49, 200, 20, .01)):
        run.append(("train", 1., e, s))
        if i >= 40:
            run.append(("eval", 1., *next(evals)))
    yield ("evaluations from epoch 41 on, number not declared",
           dict(work_total=50., evals_expected=True), run)

    r = rng(5)
    run = []
    for i, (e, s) in enumerate(units(r, 69, 250, 9, .015)):
        f = 1 + r.uniform(.2, 1.2) if (i + 1) % 10 == 0 else 1.
        run.append(("train", 1., e * f, s * f))
    yield "checkpoint every tenth epoch", dict(work_total=70., limit=300.), run

    r = rng(6)
    run, done = [], 0.
    works = r.uniform(400, 2000, 28)
    for i, (e, s) in enumerate(units(r, 28, 400, .01, .03, .2)):
        k = 2. if done >= 8000 else 1.
        run.append(("train", float(works[i]), e * works[i] * k, s * works[i] * k))
        done += works[i]
        if (i + 1) % 5 == 0:
            run.append(("eval", 1., 900. + r.normal(0, 40), 3. + r.normal(0, .1)))
    yield ("blocks of samples, declared phases 8000 and the rest, 8 evaluations declared",
           dict(work_total=44000., phases=[8000., None], evals_total=8), run)

    for seed, length, name in ((7, 2, "two long epochs among others: taken for a phase"),
                               (8, 3, "three long epochs: a phase found and taken back")):
        r = rng(seed)
        run = [(e * f, s * f) for i, (e, s) in enumerate(units(r, 24, 130, 18, .02))
               for f in (1.4 if 11 <= i < 11 + length else 1.,)]
        yield name, dict(work_total=25., limit=350.), train(run)

    r = rng(9)
    run = [(e * f, s * f) for i, (e, s) in enumerate(units(r, 34, 220, 15, .01))
           for f in (1.35 if (i + 1) % 8 == 0 else 1.,)]
    yield ("a declared event every eighth epoch, polled slowly",
           dict(work_total=60., events_every=8., dt=2.), train(run))


def golden():
    columns = [name + bound for name in ("joules", "seconds", "watts")
               for bound in ("", "_low", "_high")]

    def row(f):
        return [x for name in ("joules", "seconds", "watts") for x in f[name]]

    for name, config, units in generated_runs():
        projector = Projector(**config)
        rows = []
        for unit in units:
            f = projector.add(*unit)
            rows.append(row(f) + [f["phase"], int(f["pending"])])
        running = [0.5 * x for x in units[0][1:]]
        yield dict(name=name, config=config, level=0.9, units=units,
                   columns=columns + ["phase", "pending"], forecasts=rows, parts_last=f["parts"],
                   running=running, running_forecast=row(projector.forecast(running)))


if __name__ == "__main__":
    if sys.argv[1:] != ["--golden"]:
        sys.exit(__doc__)
    print(",\n".join(json.dumps(x) for x in golden()).join(("[", "]")))
