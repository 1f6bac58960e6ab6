"""Runs `retune` on files that are large or promise much, each under `ulimit -v`, and says what happened.

    python3 fuzz/memory.py target/release/retune [PATTERN]   only cases whose names match

A case holds when the command ends by itself, having read the file or refused it in words, within the address
space that stands beside it. Needs Linux, nothing beside Python, and about 1.5 GB where temporary files go.
"""

import gzip, hashlib, json, os, re, resource, struct, subprocess, sys, tempfile, threading, time, zipfile
from http.server import BaseHTTPRequestHandler, HTTPServer

MIB = 1 << 20
retune, word = os.path.abspath(sys.argv[1]), (sys.argv[2:] or [""])[0]
here = os.path.dirname(os.path.abspath(__file__))
folder = tempfile.TemporaryDirectory()
os.chdir(folder.name)
os.environ.update(RETUNE_HOME=folder.name, no_proxy="*")


def run(args, bound=None):
    """Exit code, what it said, peak of resident memory in MiB and seconds of a command."""
    limit = lambda: bound and resource.setrlimit(resource.RLIMIT_AS, (bound * MIB, bound * MIB))
    start = time.time()
    with open("said", "w+") as said, open(os.devnull, "w") as nothing:
        child = subprocess.Popen([retune, *args.split()], stdout=nothing, stderr=said, preexec_fn=limit)
        _, status, usage = os.wait4(child.pid, 0)
        child.returncode = os.waitstatus_to_exitcode(status)
        said.seek(0)
        return child.returncode, said.read(), usage.ru_maxrss // 1024, time.time() - start


def write(name, *pieces):
    """A file of pieces: bytes, or a number of bytes and what they repeat."""
    with (gzip.open(name, "wb", 1) if name.endswith(".gz") else open(name, "wb")) as out:
        for piece in pieces:
            if isinstance(piece, bytes):
                out.write(piece)
            elif piece[1] == b"\0" and not name.endswith(".gz"):
                out.truncate(out.tell() + piece[0])
                out.seek(0, 2)
            else:
                block = piece[1] * max(1, MIB // len(piece[1]))
                for _ in range(max(1, piece[0] // len(block))):
                    out.write(block)


def program(change=lambda header: None, tensors=None, metadata=None):
    """A program file whose header was changed, its checksum made right."""
    with open("fitted.safetensors", "rb") as file:
        size = struct.unpack("<Q", file.read(8))[0]
        head, data = json.loads(file.read(size)), file.read()
    entries = head.pop("__metadata__")
    header = json.loads(entries["retune.program"])
    change(header)
    text = json.dumps(header)
    head.update(tensors or {})
    total = hashlib.sha256(text.encode())
    for name in sorted(head):
        shape, (start, end) = head[name]["shape"], head[name]["data_offsets"]
        total.update(f"\n{name} {json.dumps(shape, separators=(',', ':'))}\n".encode() + data[start:end])
    entries |= {"retune.program": text, "retune.sha256": total.hexdigest(), **(metadata or {})}
    text = json.dumps({"__metadata__": entries, **head}).encode()
    write("p.safetensors", struct.pack("<Q", len(text)), text, data)


def filled(count):
    """A Keras file whose tensor, all of one value, has so many numbers."""
    seed = open(os.path.join(here, "seeds/hdf5/filled"), "rb").read()
    write("a.h5", seed.replace(struct.pack("<Q", 1 << 12), struct.pack("<Q", count)))


def tensor(count):
    """A source file of one tensor of zeros."""
    metadata = {"format": "retune-source-1", "name": "a", "labels": "[]"}
    head = {"__metadata__": metadata, "t": {"dtype": "F32", "shape": [count], "data_offsets": [0, 4 * count]}}
    text = json.dumps(head).encode().ljust(256)
    return struct.pack("<Q", len(text)), text, (4 * count, b"\0")


def zipped(name, files, level=1):
    with zipfile.ZipFile(name, "w", zipfile.ZIP_DEFLATED, compresslevel=level) as out:
        for inner, size, block in files:
            with out.open(inner, "w", force_zip64=True) as entry:
                for _ in range(max(1, size // len(block))):
                    entry.write(block)


def many_entries(name, count):
    """A zip file of so many empty entries, written by hand: Python's own writer takes hours."""
    names = [b"%d" % at for at in range(count)]
    with open(name, "wb") as out:
        out.write(struct.pack("<IHHHHHIIIHH", 0x04034B50, 20, 0, 0, 0, 0, 0, 0, 0, 1, 0) + b"0")
        start = out.tell()
        for at in range(0, count, 4096):
            out.write(b"".join(
                struct.pack("<IHHHHHHIIIHHHHHII", 0x02014B50, 20, 20, 0, 0, 0, 0, 0, 0, 0, len(n), 0, 0, 0, 0, 0, 0) + n
                for n in names[at : at + 4096]))
        end = out.tell()
        out.write(struct.pack("<IQHHIIQQQQ", 0x06064B50, 44, 45, 45, 0, 0, count, count, end - start, start))
        out.write(struct.pack("<IIQI", 0x07064B50, 0, end, 1))
        out.write(struct.pack("<IHHHHIIH", 0x06054B50, 0, 0, 65535, 65535, 2**32 - 1, 2**32 - 1, 0))


def npy(shape, kind="<f8"):
    head = f"{{'descr': '{kind}', 'fortran_order': False, 'shape': {shape}, }}".encode()
    head += b" " * (-(len(head) + 11) % 16) + b"\n"
    return b"\x93NUMPY\x01\0" + struct.pack("<H", len(head)) + head


def many_labels(name, count):
    """A series and so many labels, whole mebibytes of them."""
    with zipfile.ZipFile(name, "w", zipfile.ZIP_DEFLATED, compresslevel=1) as out:
        out.writestr("X.npy", npy("(1, 1)") + bytes(8))
        with out.open("y.npy", "w", force_zip64=True) as entry:
            entry.write(npy(f"({count},)", "|i1"))
            for _ in range(count // MIB):
                entry.write(bytes(MIB))


def wav(channels, rate, bits, claimed, *data):
    form = struct.pack("<HHIIHH", 1, channels, rate, rate * channels * bits // 8, channels * bits // 8 % 65536, bits)
    write("a.wav", b"RIFF" + struct.pack("<I", min(claimed + 36, 2**32 - 1)) + b"WAVEfmt " + struct.pack("<I", 16)
          + form + b"data" + struct.pack("<I", claimed), *data)


def served(name, make):
    """`data get` of a file that is served here."""
    make()

    class Server(BaseHTTPRequestHandler):
        def do_GET(self):
            self.send_response(200)
            self.send_header("Content-Length", str(os.path.getsize(name)))
            self.end_headers()
            with open(name, "rb") as file:
                while piece := file.read(MIB):
                    self.wfile.write(piece)

        log_message = lambda *_: None
        handle_error = lambda *_: None

    server = HTTPServer(("127.0.0.1", 0), Server)
    threading.Thread(target=server.serve_forever, daemon=True).start()
    return f"http://127.0.0.1:{server.server_port}"


rows = b"0.5," * 29 + b"0.5\n"
# Long numbers, so that what takes the time is reading and not the source.
wide = b",".join([b"0.5" + bytes([48]) * 3000] * 30) + b"\n"
head = b"@classLabel true 0 1\n@data\n"
predict = "predict fitted.safetensors "
gun_point = f"{predict}a.ts"
set_change = lambda key, value: lambda header: header.update({key: value})
sparse = lambda size: (size, b"\0")
forecast = "forecast a.csv --horizon 2"
SETS = "data get GunPoint --from "

# Name, what makes the file, the command, the bound in MiB, and what it says; nothing where the file is read.
CASES = [
    ("csv: 600 MB of rows", lambda: write("a.csv", (600 * MIB, wide)), f"{predict}a.csv", 512, ""),
    ("csv: a line of 1 GiB", lambda: write("a.csv", sparse(1 << 30)), f"{predict}a.csv", 512, "longer than 64 MiB"),
    ("csv: a quoted row of 200 MB", lambda: write("a.csv", b'"', (200 * MIB, b"a\n")), f"{predict}a.csv", 768, "longer than 64 MiB"),
    ("csv: a row of 60 MB", lambda: write("a.csv", (60 * MIB, b"1,"), b"1\n"), f"{predict}a.csv", 3072, "fields|values"),
    ("csv: 2 GiB in 6 MB of gzip", lambda: write("a.csv.gz", (2 << 30, wide)), f"{predict}a.csv.gz", 512, "more than 1 GiB"),
    ("csv: to train on, 200 MB", lambda: write("a.csv", (200 * MIB, b"1," + rows + b"2,0.25," + rows[4:])), "fit a.csv --out p", 4096, "fitting .* would need about"),
    ("csv: to train on, too much", lambda: write("a.csv", (200 * MIB, b"1," + rows), b"2," + rows), "fit a.csv --out p", 1280, "lines with .* values would need about"),
    ("ts: to train on, too much", lambda: write("a.ts", head, (200 * MIB, rows[:-1] + b":0\n"), rows[:-1] + b":1\n"), "fit a.ts --out p", 1280, "lines with .* values would need about"),
    ("csv: a long table of 200 MB", lambda: write("a.csv", b"id,t,v\n", (200 * MIB, b"a,1,0.5\n")), f"{predict}a.csv --id id --value v", 4096, "memory"),
    ("ts: a header of 100 MB", lambda: write("a.ts", (100 * MIB, b"# nothing\n"), head), gun_point, 512, "longer than 64 MiB"),
    ("ts: 600 MB of series", lambda: write("a.ts", head, (600 * MIB, wide[:-1] + b":0\n")), gun_point, 512, ""),
    ("ts: a series of 60 MB", lambda: write("a.ts", head, (60 * MIB, b"1,"), b"1:0\n"), gun_point, 3072, "values"),
    ("arff: 2,000,000 attributes", lambda: write("a.arff", b"@relation a\n", (60 * MIB, b"@attribute tttttt numeric real\n"), b"@data\n"), f"{predict}a.arff", 2048, "."),
    ("npy: 2^62 promised", lambda: write("a.npy", npy(f"({1 << 31}, {1 << 31})"), b"12345678"), f"{predict}a.npy", 256, "."),
    ("npy: 500 MB", lambda: write("a.npy", npy("(2, 33554432)"), sparse(1 << 29)), f"{predict}a.npy", 2560, "values|longer"),
    ("npy: too much", lambda: write("a.npy", npy("(2097152, 32)"), sparse(1 << 29)), f"{predict}a.npy", 1280, "series with .* values would need about"),
    ("npz: 4 GiB in 18 MB", lambda: zipped("a.npz", [("X.npy", 4 << 30, bytes(MIB))]), f"{predict}a.npz", 2560, "unpacks to 1 GiB"),
    ("npz: 943,718,400 labels", lambda: many_labels("a.npz", 900 * MIB), f"{predict}a.npz", 2560, "labels for 1 series"),
    ("npz: 10^6 entries", lambda: many_entries("a.npz", 10**6), f"{predict}a.npz", 512, "10000 at most"),
    ("history: 50,000,000 rows", lambda: write("a.csv", b"v\n", (200 * MIB, b"1.5\n2.5\n")), forecast, 4096, "memory"),
    ("history: a row of 60 MB", lambda: write("a.csv", (60 * MIB, b"1,"), b"1\n"), forecast, 4096, "memory"),
    ("history: rows that were left out, 10^12", lambda: write("a.csv", b"time,v\n0,1\n1,2\n2,3\n1000000000000,4\n"), f"{forecast} --fill last --frequency 1", 512, "."),
    ("history: years that were left out", lambda: write("a.csv", b"time,v\n0001-01-01 00:00:00,1\n0001-01-01 00:00:01,2\n9999-01-01 00:00:00,3\n"), f"{forecast} --fill last --frequency 1s", 512, "."),
    ("tsf: a series of 60 MB", lambda: write("a.tsf", b"@attribute name string\n@frequency daily\n@data\na:", (60 * MIB, b"1,"), b"1\n"), "forecast a.tsf --horizon 2", 2048, ""),
    ("tsf: too many series", lambda: write("a.tsf", b"@attribute name string\n@frequency daily\n@data\n", (200 * MIB, b"a:" + rows)), "forecast a.tsf --horizon 2", 1280, "lines with .* values would need about"),
    ("motion: 10^18 rows promised", lambda: write("a.mot", b"a\nnRows=1000000000000000000\nnColumns=2\ninDegrees=yes\nendheader\ntime\thip\n0\t1\n0.01\t2\n"), "motion pretrain a.mot --out p", 256, "."),
    ("motion: 100 MB", lambda: write("a.mot", b"a\ninDegrees=yes\nendheader\ntime\thip\n", (100 * MIB, b"0\t1\n")), "motion pretrain a.mot --out p", 6144, "."),
    ("motion: a gap of 10^15 steps", lambda: write("a.csv", b"time,hip\n0,1\n0.000001,2\n0.000002,3\n1000000000,4\n"), "motion pretrain a.csv --time time --uneven interpolate --out p", 512, "."),
    ("wav: 4 GB promised", lambda: wav(1, 16000, 16, 2**32 - 100, bytes(100)), "listen a.wav", 512, ""),
    ("wav: 65,535 channels", lambda: wav(65535, 16000, 8, 65535 * 4, bytes(65535 * 4)), "listen a.wav", 512, ""),
    ("wav: 300 MB at 1 kHz", lambda: wav(1, 1000, 8, 300 * MIB, sparse(300 * MIB)), "listen a.wav", 6144, "."),
    ("wav: too much", lambda: wav(1, 16000, 8, 300 * MIB, sparse(300 * MIB)), "listen a.wav", 2048, "samples would need about"),
    ("wav: 16 MB at 1 kHz", lambda: wav(1, 1000, 8, 16 * MIB, sparse(16 * MIB)), "listen a.wav", 1536, "samples would need about"),
    ("wav: 1.1 GiB", lambda: wav(1, 16000, 8, 1100 * MIB, sparse(1100 * MIB)), "listen a.wav", 2560, "larger than 1024 MiB"),
    ("program: a length of 10^9", lambda: program(set_change("series_length", 10**9)), "predict p.safetensors a.csv --unequal resample", 256, "series length is"),
    ("program: the longest length, resampled", lambda: (program(set_change("series_length", 1 << 24)), write("a.csv", rows * 16)), "predict p.safetensors a.csv --unequal resample --label none", 8192, ""),
    ("program: 131,072 labels", lambda: program(set_change("labels", [str(at) for at in range(1 << 17)])), "predict p.safetensors a.csv", 512, "."),
    ("program: 10^6 parts", lambda: program(lambda header: header.update(parts=header["parts"] * 10**5)), "predict p.safetensors a.csv", 1024, "."),
    ("program: 16 MiB of metadata", lambda: program(metadata={"a": "a" * (16 << 20)}), "predict p.safetensors a.csv", 512, "16777216 at most"),
    ("program: 100,000 empty tensors", lambda: program(tensors={f"t{at}": {"dtype": "F32", "shape": [0], "data_offsets": [0, 0]} for at in range(10**5)}), "predict p.safetensors a.csv", 512, "16384 at most"),
    ("program: 2 GiB of nothing", lambda: write("p.safetensors", sparse(2 << 30)), "predict p.safetensors a.csv", 3072, "larger than 1024 MiB"),
    ("hdf5: a tensor of 4 GiB in 6 kB", lambda: filled(1 << 30), "source import a.h5 --out s", 512, "128 MiB together|import"),
    ("source: a header of 2^60", lambda: write("s.safetensors", struct.pack("<Q", 1 << 60), b"{}"), "source test s.safetensors .", 256, "."),
    ("source: a tensor of 1000 MiB", lambda: write("s.safetensors", *tensor(250 * MIB)), "source test s.safetensors .", 4096, "."),
    ("zip: 2 GiB in 9 MB", lambda: zipped("d.zip", [("GunPoint_TRAIN.ts", 2 << 30, rows[:-1] + b":1\n"), ("GunPoint_TEST.ts", 1, head)]), SETS, 256, "larger than the limit"),
    ("zip: 10^6 entries", lambda: many_entries("d.zip", 10**6), SETS, 256, "10000 at most"),
]

code, said, _, _ = run("--version")
with open("train.tsv", "w") as out:
    for at in range(10):
        out.write(f"{at % 2}" + "".join(f"\t{(step * (1 + 3 * (at % 2)) + at) % 7}" for step in range(30)) + "\n")
code, said, _, _ = run("fit train.tsv --preset fast --out fitted.safetensors")
assert code == 0, said

failed = 0
print(f"{'case':44} {'bound':>6} {'peak':>6} {'s':>6}  outcome")
for name, make, command, bound, expected in CASES:
    if not re.search(word, name):
        continue
    if command == SETS:
        command += served("d.zip", make)
    else:
        write("a.csv", rows)
        make()
    code, said, peak, seconds = run(command, bound)
    held = code == 0 if not expected else code == 1 and re.search(expected, said)
    failed += not held
    errors = [line for line in said.splitlines() if line.startswith("error")] or said.splitlines()[-1:]
    outcome = "read" if code == 0 else errors[0][:110] if code == 1 and errors else f"ended by {code}: {said[-200:]}"
    print(f"{name:44} {bound:6} {peak:6} {seconds:6.1f}  {'' if held else 'FAILED '}{outcome}", flush=True)
    for left in set(os.listdir(".")) - {"fitted.safetensors", "train.tsv"}:
        if os.path.isfile(left):
            os.remove(left)
sys.exit(failed > 0)
