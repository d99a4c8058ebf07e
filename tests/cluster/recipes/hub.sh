# JupyterHub on the chart's pins in /opt/hub, as in the chart's own hub image; the package itself is a layer above.
python3 -m venv /opt/hub
/opt/hub/bin/pip install --no-cache-dir --quiet --requirement /run/recipes/hub-requirements.txt
find /opt/hub -name '*.map' -delete
mkdir -p /srv/jupyterhub
chown 1000:1000 /srv/jupyterhub
