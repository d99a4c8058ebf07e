# A lab with nbgrader, its exchange and ngshare in /opt/lab, for the services of a course.
python3 -m venv /opt/lab
/opt/lab/bin/pip install --no-cache-dir --quiet --requirement /run/recipes/grader-requirements.txt
/opt/lab/bin/pip uninstall --quiet --yes debugpy
cd /opt/lab/lib/python3*/site-packages
find babel/locale-data -name '*.dat' ! -name 'en*' ! -name 'root.dat' -delete
find /opt/lab -name '*.map' -delete
find /opt/lab -name tests -type d -prune -exec rm -rf {} +
rm -rf /opt/lab/share/jupyter/lab/staging jupyterlab/staging/node_modules
chown -R 1000:100 /home/jovyan
