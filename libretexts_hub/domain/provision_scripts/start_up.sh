# Fetches what a server begins with. Arguments: folder of the lists, folder for marks, home, file for the
# report, and seconds that one thing may take. Whatever happens, the server starts: the exit code is 0.
lists=$1 marks=$2 home=$3 report=$4 seconds=$5
export GIT_TERMINAL_PROMPT=0 HOME="$home"

note() {
  echo "$1"
  printf '%s\n' "$1" >> "$report"
}

# One that takes too long is ended; an image without `timeout` waits.
within() {
  if command -v timeout > /dev/null 2>&1; then
    timeout -k 5 "$seconds" "$@"
  else
    "$@"
  fi
}

why() {
  [ "$1" != 124 ] || { echo "it took more than $seconds s"; return; }
  sed -e 's#//[^/@ ]*@#//#g' "$marks/start-up.log" | grep -v '^[[:space:]]*$' | tail -n 1 | cut -c 1-200
}

pull() {
  if ! command -v gitpuller > /dev/null 2>&1; then
    note "$1 was not fetched: this environment has no nbgitpuller."
    return
  fi
  set -- "$1" "$2" "${3:-$(basename "$1" .git)}"
  if [ -n "$2" ]; then
    within gitpuller "$1" "$2" "$3" > "$marks/start-up.log" 2>&1 < /dev/null
  else
    branch=$(within git ls-remote --symref "$1" HEAD 2> "$marks/start-up.log" < /dev/null | sed -n 's#^ref: refs/heads/\(.*\)[[:space:]]HEAD$#\1#p')
    [ -n "$branch" ] && within gitpuller "$1" "$branch" "$3" >> "$marks/start-up.log" 2>&1 < /dev/null
  fi
  code=$?
  [ "$code" = 0 ] || note "$1 was not fetched: $(why "$code")"
}

requirements() {
  python=$(python3 -c 'import sys; print("%d.%d" % sys.version_info[:2])') || return
  mark="$home/.local/share/libretexts/requirements-$python-$(cksum < "$lists/requirements" | tr ' ' -)"
  [ ! -e "$mark" ] || return 0
  within python3 -m pip install --user --quiet --disable-pip-version-check --no-input -r "$lists/requirements" > "$marks/start-up.log" 2>&1 < /dev/null
  code=$?
  if [ "$code" = 0 ]; then
    mkdir -p "$home/.local/share/libretexts" && : > "$mark"
  else
    note "Packages of Python were not installed: $(why "$code")"
  fi
}

# Memory that ran out ends the whole container, and a kubelet begins it again.
if [ -e "$marks/start-up-began" ]; then
  note "What was to be fetched was too much for this server, and was left out."
  exit 0
fi
: > "$marks/start-up-began"
cd "$home" || { note "Nothing was fetched: there is no home at $home."; exit 0; }
tab=$(printf '\t')
# A tab is white space to `read`, so an empty branch is written as a dash.
if [ -s "$lists/pulls" ]; then
  while IFS="$tab" read -r repository branch folder; do
    [ "$branch" != - ] || branch=
    [ "$folder" != - ] || folder=
    [ -z "$repository" ] || pull "$repository" "$branch" "$folder"
  done < "$lists/pulls"
fi
[ ! -s "$lists/requirements" ] || requirements
rm -f "$marks/start-up-began"
exit 0
