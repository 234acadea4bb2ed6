# SPDX-License-Identifier: Apache-2.0
"""The town's devices' keys: signed-schedules, asked line by line."""
import json
import subprocess
import threading

from parts import StackError


class Signing:
    def __init__(self, program, folder):
        self.folder, self.lock = folder, threading.Lock()
        self.process = subprocess.Popen([str(program)], stdin=subprocess.PIPE, stdout=subprocess.PIPE, text=True)

    def ask(self, **asked):
        with self.lock:
            self.process.stdin.write(json.dumps(asked) + "\n")
            self.process.stdin.flush()
            line = self.process.stdout.readline()
        answer = json.loads(line) if line else {"broken": "it has ended"}
        if isinstance(answer, dict) and "broken" in answer:
            raise StackError(f"signed-schedules: {answer['broken']}")
        return answer

    def certificate(self, device, key):
        """The file that has it."""
        file = self.folder / f"{key}.pem"
        file.write_text(self.ask(certificate=[device, key]))
        return file

    def consent(self, number, device, key, place):
        return bytes.fromhex(self.ask(schedule=number, consent=[device, key, place]))

    def messages(self, number, hashes, tokens):
        return b"".join(bytes.fromhex(one) for one in self.ask(schedule=number, messages=hashes, tokens=tokens))

    def close(self):
        self.process.stdin.close()
        self.process.wait()
