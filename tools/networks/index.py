"""Writes data/networks/index.toml from the exporters' entries and the transformers."""

import argparse
import json
import pathlib

_HEAD = """\
# The networks that joulecast knows by name. Made by tools/networks/export.sh; see README.md.
# image_size, sequence_length: the usual ones, 0 where the network has none.
# any_size: whether other sizes are possible. multiple_of: image sizes that are its multiples are
# for certain. head = false: another classifier makes no sense. aliases: besides spellings that
# differ in case, "-", "_", "." and spaces alone.
"""

# name: (family, further aliases)
_TRANSFORMERS = {
    "bert-base": ("BERT", ["bert", "bert-base-uncased", "bert-base-cased"]),
    "bert-large": ("BERT", ["bert-large-uncased", "bert-large-cased"]),
    "distilbert": ("BERT", ["distilbert-base", "distilbert-base-uncased"]),
    "gpt2": ("GPT-2", ["gpt", "gpt2-small"]),
    "gpt2-large": ("GPT-2", []),
    "gpt2-medium": ("GPT-2", []),
    "gpt2-xl": ("GPT-2", []),
    "llama-2-7b": ("Llama", ["llama-2", "llama-2-7b-hf"]),
    "llama-3-8b": ("Llama", ["llama", "llama-3", "meta-llama-3-8b", "llama-3.1-8b"]),
    "llama-3.2-1b": ("Llama", []),
    "mistral-7b": ("Llama", ["mistral", "mistral-7b-v0.1"]),
    "roberta-base": ("BERT", ["roberta"]),
    "roberta-large": ("BERT", []),
    "t5-base": ("T5", ["t5"]),
    "t5-large": ("T5", []),
    "t5-small": ("T5", []),
}
# What no exporter can tell.
_FURTHER = {
    "deepspeech2": {"head": False},  # classes at every step
    "keras/nasnet_mobile": {"multiple_of": 32},
    "neumf": {"head": False},  # a score of a user and an item
    "ssd300_vgg16": {"head": False},  # boxes
    "unet": {"multiple_of": 16, "head": False},  # classes at every pixel
}
_SEQUENCE = 512  # What all of these are commonly trained or fine-tuned at.


def _transformers():
    for name, (family, aliases) in _TRANSFORMERS.items():
        yield {"name": name, "family": family, "origin": "formula", "image_size": 0,
               "sequence_length": _SEQUENCE, "any_size": True, "aliases": aliases,
               "file": f"transformers/{name}.json"}


def _normalised(name):
    return "".join(c for c in name.lower() if c not in "-_. ")


def _check_unique(entries):
    owners = {}
    for entry in entries:
        for name in {_normalised(name) for name in [entry["name"], *entry["aliases"]]}:
            if owners.setdefault(name, entry["name"]) != entry["name"]:
                raise SystemExit(f"{name}: both {owners[name]} and {entry['name']}")


def _toml(entry):
    lines = ["[[networks]]"]
    for key, value in entry.items():
        lines.append(f"{key} = {json.dumps(value)}")
    return "\n".join(lines)


def main():
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--out", type=pathlib.Path, required=True, help="data/networks")
    parser.add_argument("entries", type=pathlib.Path, nargs="+", help="of the exporters, JSON")
    options = parser.parse_args()
    entries = [entry for file in options.entries for entry in json.loads(file.read_text())]
    entries = sorted([*entries, *_transformers()], key=lambda entry: entry["name"])
    entries = [entry | _FURTHER.get(entry["name"], {}) for entry in entries]
    _check_unique(entries)
    missing = [entry["file"] for entry in entries if not (options.out / entry["file"]).exists()]
    if missing:
        raise SystemExit(f"no such files: {', '.join(missing)}")
    text = "\n\n".join([_HEAD.rstrip(), *map(_toml, entries)])
    (options.out / "index.toml").write_text(text + "\n")


if __name__ == "__main__":
    main()
