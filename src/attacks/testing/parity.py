"""Writes parity.json: what scikit-learn, SciPy, statsmodels and the authors' formula of RMIA say of fixed data.

    python src/attacks/testing/parity.py > src/attacks/testing/parity.json

Shares nothing with the code it checks. Needs numpy, scipy, scikit-learn and statsmodels.
"""

import json
import sys
from itertools import product

import numpy as np
import scipy
import sklearn
import statsmodels
from scipy.stats import norm
from sklearn.linear_model import LogisticRegression
from sklearn.metrics import roc_auc_score
from sklearn.preprocessing import StandardScaler
from sklearn.svm import SVC, LinearSVC
from statsmodels.stats.proportion import proportion_confint

random = np.random.default_rng(2026)


def rounded(values, digits=10):
    return np.round(np.asarray(values, dtype=np.float64), digits).tolist()


def cloud(positives, negatives, width, apart):
    """Two overlapping clouds, with features of very different scale, and one that never changes."""
    x = random.normal(size=(positives + negatives, width))
    x[:positives] += apart
    x *= 10.0 ** np.arange(-1, width - 1)
    x[:, -1] = 3.0
    x = np.round(x, 6)
    return x, np.arange(positives + negatives) < positives


def told(x, y, probe, coefficients, decisions, own):
    return {
        "x": rounded(x, 6),
        "y": y.tolist(),
        "probe": rounded(probe, 6),
        "coefficients": rounded(coefficients),
        "decisions": rounded(decisions),
        "accuracy": float(((own > 0) == y).mean()),
    }


def svc():
    """LIBLINEAR with a column of ones for a bias, as Hsieh et al. have it; and LIBSVM, whose bias has no penalty."""
    cases = []
    for positives, negatives, width, apart in [(40, 40, 3, 0.7), (12, 90, 3, 1.0), (60, 30, 4, 0.1)]:
        x, y = cloud(positives, negatives, width, apart)
        probe, _ = cloud(10, 10, width, apart)
        scale = StandardScaler().fit(x)
        ones = lambda rows: np.hstack([scale.transform(rows), np.ones((len(rows), 1))])
        model = LinearSVC(
            C=1.0, loss="hinge", fit_intercept=False, class_weight="balanced", tol=1e-8, max_iter=1_000_000
        ).fit(ones(x), y)
        case = told(
            x, y, probe, model.coef_[0], model.decision_function(ones(probe)), model.decision_function(ones(x))
        )
        libsvm = SVC(kernel="linear", C=1.0, class_weight="balanced", tol=1e-8).fit(scale.transform(x), y)
        cases.append({**case, "libsvm": rounded(libsvm.decision_function(scale.transform(probe)))})
    return cases


def logistic():
    cases = []
    for positives, negatives, width, apart in [(50, 50, 3, 0.7), (15, 120, 6, 0.8), (70, 20, 4, 0.0)]:
        x, y = cloud(positives, negatives, width, apart)
        probe, _ = cloud(10, 10, width, apart)
        scale = StandardScaler().fit(x)
        model = LogisticRegression(C=1.0, class_weight="balanced", tol=1e-12, max_iter=100_000)
        model.fit(scale.transform(x), y)
        decide = lambda rows: model.decision_function(scale.transform(rows))
        cases.append(told(x, y, probe, [*model.coef_[0], model.intercept_[0]], decide(probe), decide(x)))
    return cases


def delong(positives, negatives):
    """DeLong, DeLong and Clarke-Pearson 1988, from the definition: every pair."""
    p, n = positives[:, None], negatives[None, :]
    wins = (p > n) + (p == n) / 2
    over, under = wins.mean(axis=1), wins.mean(axis=0)
    error = np.sqrt(over.var(ddof=1) / len(positives) + under.var(ddof=1) / len(negatives))
    return wins.mean(), error


def auc():
    cases = []
    for m, n, apart, ties in [(40, 60, 0.8, False), (100, 200, 0.1, False), (25, 25, 1.5, True)]:
        positives, negatives = random.normal(apart, 1, m), random.normal(0, 1, n)
        if ties:
            positives, negatives = np.round(positives), np.round(negatives)
        positives, negatives = np.round(positives, 6), np.round(negatives, 6)
        value, error = delong(positives, negatives)
        z = norm.ppf(0.975)
        everything = np.concatenate([positives, negatives])
        area = roc_auc_score(np.arange(m + n) < m, everything)
        assert abs(area - value) < 1e-12
        draws = [
            delong(random.choice(positives, m), random.choice(negatives, n))[0] for _ in range(2000)
        ]
        cases.append(
            {
                "positives": positives.tolist(),
                "negatives": negatives.tolist(),
                "value": float(area),
                "lower": float(max(0.0, value - z * error)),
                "upper": float(min(1.0, value + z * error)),
                "bootstrap": rounded(np.quantile(draws, [0.025, 0.975]), 4),
            }
        )
    return cases


def wilson():
    trials = [(0, 10), (3, 10), (10, 10), (1, 200), (97, 200), (200, 200), (499, 500)]
    return [
        dict(zip(("hits", "total", "low", "high"), (hits, total, *map(float, proportion_confint(hits, total, 0.05, "wilson")))))
        for hits, total in trials
    ]


def rmia():
    """Offline, from the paper: every pair of an image x and a population image z."""
    forget, held, population, gamma = 20, 15, 30, 1.0
    draw = lambda count: np.round(random.beta(2, 1, count), 6)
    images = {name: draw(count) for name, count in (("forget", forget), ("held", held), ("population", population))}
    cases = []
    for references, a in product((1, 3), (0.3, 1.0)):
        out = {name: [draw(len(own)) for _ in range(references)] for name, own in images.items()}
        ratio = {
            name: own / (0.5 * ((1 + a) * np.mean(out[name], axis=0) + (1 - a))) for name, own in images.items()
        }
        score = {
            name: [float(np.mean([x / z >= gamma for z in ratio["population"]])) for x in ratio[name]]
            for name in ("forget", "held")
        }
        area = roc_auc_score([1] * forget + [0] * held, score["forget"] + score["held"])
        cases.append(
            {
                "a": a,
                "own": {name: own.tolist() for name, own in images.items()},
                "out": {name: [each.tolist() for each in some] for name, some in out.items()},
                "ratio": {name: rounded(some) for name, some in ratio.items()},
                "score": score,
                "auc": float(area),
            }
        )
    return cases


json.dump(
    {
        "versions": {module.__name__: module.__version__ for module in (np, scipy, sklearn, statsmodels)},
        "svc": svc(),
        "logistic": logistic(),
        "auc": auc(),
        "wilson": wilson(),
        "rmia": rmia(),
    },
    sys.stdout,
)
