# SPDX-License-Identifier: Apache-2.0
"""What our draining is held against: a backlog of one Mosquitto that its bridge brings to another."""
import os
import subprocess
import sys
import threading
import time

import paho.mqtt.client as mqtt

from parts import Part, connects, free_port, wait_until

MESSAGE_BYTES = 400


def rate(folder, count):
    """Messages a second that go over the bridge, once the far broker is there."""
    folder.mkdir()
    near_port, far_port = free_port(), free_port()
    with (mosquitto(folder, "far", far_port, "max_queued_messages 0\n") as far,
          mosquitto(folder, "near", near_port, f"""\
persistence true
persistence_location {folder}/
max_queued_messages 0
connection bridge
address 127.0.0.1:{far_port}
topic # out 1
cleansession false
restart_timeout 1
bridge_protocol_version mqttv50
""") as near):
        near.start()
        wait_until(lambda: connects(near_port), 10, "mosquitto")
        publish_all(near_port, count)
        far.start()
        wait_until(lambda: connects(far_port), 10, "mosquitto")
        return rate_of_arrival(far_port, count)


def mosquitto(folder, name, port, text):
    config = folder / f"{name}.conf"
    config.write_text(f"listener {port} 127.0.0.1\nallow_anonymous true\n{text}" + ("user root\n" if os.geteuid() == 0 else ""))
    return Part(f"mosquitto {name}", ["/usr/sbin/mosquitto", "-c", config], folder / f"{name}.log")


def publish_all(port, count, window=1000):
    """QoS 1. Paho gives a message id again after 65,535, whether or not its first message was acknowledged: so a window is kept."""
    client = mqtt.Client(protocol=mqtt.MQTTv5)
    client.max_inflight_messages_set(window)
    client.max_queued_messages_set(0)
    room = threading.Semaphore(window)
    client.on_publish = lambda *_: room.release()
    client.connect("127.0.0.1", port)
    client.loop_start()

    def wait_for_room():
        if not room.acquire(timeout=60):
            sys.exit("the local mosquitto did not acknowledge every message")
    for number in range(count):
        wait_for_room()
        client.publish("claims", number.to_bytes(8, "big") + b"\0" * (MESSAGE_BYTES - 8), qos=1)
    for _ in range(window):
        wait_for_room()
    client.disconnect()
    client.loop_stop()


def rate_of_arrival(port, count):
    """Messages a second at the far broker, counted by a process of its own in C."""
    receiver = subprocess.Popen(["mosquitto_sub", "-h", "127.0.0.1", "-p", str(port), "-t", "claims", "-q", "0", "-V", "mqttv5",
                                 "-C", str(count), "-N", "-F", "."], stdout=subprocess.PIPE)
    taken = len(receiver.stdout.read(1))
    if taken == 0:
        sys.exit("the bridge delivered nothing")
    started = time.perf_counter()
    while chunk := receiver.stdout.read(65536):
        taken += len(chunk)
    return taken / (time.perf_counter() - started)
