"""OpenStack Swift with its S3 API on loopback: python3 objectServer.py DIRECTORY PORT

One process with one disk, DIRECTORY, whose objects a later run finds again. PORT 0 takes any free
one. Prints the port when it serves, and ends with its standard input. The account is cora:tests
with the key swift-key.
"""

import eventlet

eventlet.monkey_patch()

import os
import sys
from eventlet import wsgi
from swift.common import storage_policy, utils
from swift.common.ring import RingBuilder
from swift.common.wsgi import loadapp

# Any constants: they salt the names that Swift gives to files.
SWIFT_CONF = """
[swift-hash]
swift_hash_path_suffix = tests
[swift-constraints]
max_file_size = 5368709122
"""

PROXY_CONF = """
[DEFAULT]
swift_dir = {etc}
[pipeline:main]
pipeline = catch_errors s3api tempauth slo proxy-server
[app:proxy-server]
use = egg:swift#proxy
account_autocreate = true
[filter:catch_errors]
use = egg:swift#catch_errors
[filter:s3api]
use = egg:swift#s3api
location = us-east-1
# Pages so short that a test turns them.
max_bucket_listing = 3
[filter:tempauth]
use = egg:swift#tempauth
user_cora_tests = swift-key .admin
[filter:slo]
use = egg:swift#slo
"""

STORAGE_CONF = """
[DEFAULT]
swift_dir = {etc}
devices = {devices}
mount_check = false
[app:main]
use = egg:swift#{kind}
disable_fallocate = true
"""

KINDS = ("account", "container", "object")


class Silent:
    def write(self, *_):
        pass

    info = debug = error = write


class NoCache:
    """Stands where Swift has memcached, which the authentication insists on."""

    def get(self, *_, **__):
        return None

    set = delete = incr = get


def with_no_cache(app):
    def call(environ, start_response):
        return app({**environ, "swift.cache": NoCache()}, start_response)

    return call


def write(directory, name, content):
    path = os.path.join(directory, name)
    with open(path, "w") as file:
        file.write(content)
    return path


def write_ring(etc, kind, port):
    # Few partitions: each is a folder.
    builder = RingBuilder(4, 1, 0)
    device = {"region": 1, "zone": 1, "ip": "127.0.0.1", "port": port, "device": "disk"}
    builder.add_dev({**device, "weight": 1, "replication_ip": "127.0.0.1", "replication_port": port})
    builder.rebalance()
    builder.get_ring().save(os.path.join(etc, kind + ".ring.gz"))


def serve(listening, app):
    eventlet.spawn(wsgi.server, listening, app, log=Silent(), log_output=False)


def main(directory, port):
    etc = os.path.join(directory, "etc")
    devices = os.path.join(directory, "devices")
    os.makedirs(os.path.join(devices, "disk"), exist_ok=True)
    os.makedirs(etc, exist_ok=True)
    write(etc, "swift.conf", SWIFT_CONF)
    utils.set_swift_dir(etc)
    storage_policy.reload_storage_policies()
    for kind in KINDS:
        listening = eventlet.listen(("127.0.0.1", 0))
        write_ring(etc, kind, listening.getsockname()[1])
        conf = STORAGE_CONF.format(etc=etc, devices=devices, kind=kind)
        serve(listening, loadapp(write(etc, kind + ".conf", conf)))
    listening = eventlet.listen(("127.0.0.1", port))
    proxy = loadapp(write(etc, "proxy.conf", PROXY_CONF.format(etc=etc)))
    serve(listening, with_no_cache(proxy))
    print(listening.getsockname()[1], flush=True)
    eventlet.tpool.execute(sys.stdin.buffer.read)


main(sys.argv[1], int(sys.argv[2]))
