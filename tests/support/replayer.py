# SPDX-License-Identifier: Apache-2.0
"""Listens to the device's batches as an operator would and publishes them again: late, twice, in another order."""
import random
import ssl
import threading
import time

import paho.mqtt.client as mqtt
from paho.mqtt.packettypes import PacketTypes
from paho.mqtt.properties import Properties


class Replayer(threading.Thread):
    """Uses the device's own certificate under another client id, and reads along as a worker: the guard lets nobody do either, so the
    stack's broker must be without."""

    def __init__(self, stack, seed, keep=64):
        super().__init__(name="replayer", daemon=True)
        self.stack, self.random, self.keep = stack, random.Random(seed), keep
        self.topic = f"greentill/v1/{stack.device}/claims"
        self.batches = []
        self.repeated = 0
        self.lock = threading.Lock()
        self.stopping = threading.Event()
        self.reader = self._client("replay-reader", "service")
        self.writer = self._client("replay-writer", stack.device)
        self.ports = {self.reader: stack.worker_port, self.writer: stack.broker_port}
        self.reader.on_connect = lambda client, *_: client.subscribe(self.topic, qos=1)
        self.reader.on_message = self._remember

    def _client(self, name, identity):
        client = mqtt.Client(client_id=name, protocol=mqtt.MQTTv5)
        folder = self.stack.identities
        client.tls_set(folder / "ca.crt", folder / f"{identity}.crt", folder / f"{identity}.key", tls_version=ssl.PROTOCOL_TLS_CLIENT)
        client.reconnect_delay_set(1, 1)
        return client

    def _remember(self, _client, _userdata, message):
        with self.lock:
            if len(self.batches) == self.keep:
                self.batches.pop(self.random.randrange(self.keep))
            self.batches.append((message.payload, getattr(message.properties, "CorrelationData", b"replayed")))

    def _serve(self, client):
        """Paho's own loop ends with an exception where the broker dies in the middle of a TLS record; this one connects again."""
        while not self.stopping.is_set():
            try:
                client.connect("localhost", self.ports[client])
                client.loop_forever()
            except OSError:
                time.sleep(0.05)

    def run(self):
        loops = [threading.Thread(target=self._serve, args=(client,), daemon=True) for client in (self.reader, self.writer)]
        for loop in loops:
            loop.start()
        while not self.stopping.wait(self.random.uniform(0.01, 0.1)):
            with self.lock:
                chosen = self.random.sample(self.batches, min(len(self.batches), self.random.randint(1, 4)))
            for payload, correlation in chosen:
                properties = Properties(PacketTypes.PUBLISH)
                properties.CorrelationData = correlation
                try:
                    self.repeated += self.writer.is_connected() and self.writer.publish(
                        self.topic, payload, qos=1, properties=properties).rc == mqtt.MQTT_ERR_SUCCESS
                except OSError:  # the broker was killed in the middle of it
                    continue
        for client in (self.reader, self.writer):
            client.disconnect()
        for loop in loops:
            loop.join(5)

    def stop(self):
        self.stopping.set()
        self.join(20)
