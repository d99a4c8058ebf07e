# What a person works with beside JupyterLab, for tests of git and of databases: git over HTTPS, and `%sql`.
# Pure Python in a folder of its own, which the image names in PYTHONPATH: the layer stands on the base, not on the lab.
apt-get update -qq
apt-get install -y -qq --no-install-recommends git >/dev/null
apt-get clean
rm -rf /var/lib/apt/lists/* /var/cache/apt/*.bin /var/log/*.log /var/log/apt
python3 -m venv /tmp/pip
/tmp/pip/bin/pip install --no-cache-dir --quiet --no-deps --target /opt/workbench --requirement /run/recipes/workbench-requirements.txt
