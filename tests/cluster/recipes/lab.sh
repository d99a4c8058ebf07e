# JupyterLab and jupyterhub-singleuser in /opt/lab.
python3 -m venv /opt/lab
/opt/lab/bin/pip install --no-cache-dir --quiet --requirement /run/recipes/lab-requirements.txt
# What no test reads but every pull would carry: the debugger, locales other than English, source maps.
/opt/lab/bin/pip uninstall --quiet --yes debugpy
cd /opt/lab/lib/python3*/site-packages
find babel/locale-data -name '*.dat' ! -name 'en*' ! -name 'root.dat' -delete
find /opt/lab -name '*.map' -delete
rm -rf /opt/lab/share/jupyter/lab/staging jupyterlab/staging/node_modules
chown -R 1000:100 /home/jovyan
