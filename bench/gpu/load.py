"""Loads whose energy is easy to judge: python3 load.py idle|constant|square SECONDS [cuda|cpu]

The square wave is 0.9 s of work and 0.7 s of rest: a period that no sensor's window divides.
"""

import sys
import time


def main():
    kind, seconds = sys.argv[1], float(sys.argv[2])
    device = sys.argv[3] if len(sys.argv) > 3 else "cuda"
    touches_gpu = device != "cpu" and kind != "idle"
    work = matmul(device) if touches_gpu else (lambda: None)
    print(f"start {time.monotonic():.6f}", flush=True)
    begin = time.monotonic()
    while (passed := time.monotonic() - begin) < seconds:
        busy = kind == "constant" or (kind == "square" and passed % 1.6 < 0.9)
        if busy and touches_gpu:
            work()
        else:
            time.sleep(0.005)
    print(f"end {time.monotonic():.6f}", flush=True)


def matmul(device):
    import torch

    a = torch.randn(8192, 8192, device=device, dtype=torch.bfloat16)

    def work():
        torch.mm(a, a)
        torch.cuda.synchronize()

    for _ in range(5):
        work()
    return work


if __name__ == "__main__":
    main()
