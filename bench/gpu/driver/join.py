"""Joins the parts of a packed benchmark, checks them, and unpacks them: join.py [PARTS [TARGET]]

PARTS is the folder of this file by default, TARGET the folder gpu-bench next to the parts.
"""

import hashlib
import json
import os
import sys
import tarfile

CHUNK = 1 << 20


def main(parts, target):
    with open(os.path.join(parts, "parts.json"), encoding="utf8") as opened:
        listed = json.load(opened)
    missing = [part["name"] for part in listed["parts"] if not os.path.isfile(os.path.join(parts, part["name"]))]
    if missing:
        sys.exit(f"{parts} lacks {', '.join(missing)}: copy all parts into it.")
    archive = os.path.join(parts, listed["archive"]["name"])
    whole = hashlib.sha256()
    with open(archive, "wb") as joined:
        for part in listed["parts"]:
            own = hashlib.sha256()
            with open(os.path.join(parts, part["name"]), "rb") as opened:
                while chunk := opened.read(CHUNK):
                    own.update(chunk)
                    whole.update(chunk)
                    joined.write(chunk)
            if own.hexdigest() != part["sha256"]:
                os.remove(archive)
                sys.exit(f"{part['name']} differs from the one that was packed: copy it again.")
    if whole.hexdigest() != listed["archive"]["sha256"]:
        os.remove(archive)
        sys.exit("The joined archive differs from the one that was packed.")
    os.makedirs(target, exist_ok=True)
    with tarfile.open(archive) as opened:
        # Python before 3.12 has no filters unless they were added to it later.
        safely = {"filter": "data"} if hasattr(tarfile, "data_filter") else {}
        opened.extractall(target, **safely)
    os.remove(archive)
    print(f"{len(listed['parts'])} parts checked and unpacked into {target}")


if __name__ == "__main__":
    folder = sys.argv[1] if len(sys.argv) > 1 else os.path.dirname(os.path.abspath(__file__))
    main(folder, sys.argv[2] if len(sys.argv) > 2 else os.path.join(folder, "gpu-bench"))
