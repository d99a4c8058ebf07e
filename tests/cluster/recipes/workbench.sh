# What a person works with beside JupyterLab, for tests of git, of databases and of what a server begins with: git
# over HTTPS, `%sql`, nbgitpuller, and a Python that sees what `pip install --user` has installed.
# Pure Python in a folder of its own, which the image names in PYTHONPATH: the layer stands on the base, not on the lab.
apt-get update -qq
apt-get install -y -qq --no-install-recommends git >/dev/null
apt-get clean
rm -rf /var/lib/apt/lists/* /var/cache/apt/*.bin /var/log/*.log /var/log/apt
python3 -m venv /tmp/pip
/tmp/pip/bin/pip install --no-cache-dir --quiet --no-deps --target /opt/workbench --requirement /run/recipes/workbench-requirements.txt
# pip wrote its programs for the Python of /tmp/pip, which stays here.
rm -rf /opt/workbench/bin
printf '#!/opt/lab/bin/python\nfrom nbgitpuller.pull import main\nmain()\n' > /usr/local/bin/gitpuller
chmod 0755 /usr/local/bin/gitpuller
mkdir -p /opt/lab
printf 'home = /usr/bin\ninclude-system-site-packages = true\nversion = %s\n' "$(python3 -c 'import platform; print(platform.python_version())')" > /opt/lab/pyvenv.cfg
