# Gives a home to the number that its person has now, once. Arguments: home, user, group, file for the
# answer, and the numbers to whose owners homes belonged before.
# The home's own folder comes last: as long as it has the old owner, the next start goes on.
home=$1 uid=$2 gid=$3 answer=$4
shift 4

tell() {
  printf '%s\n' "$1" > "$answer"
  printf '%s\n' "$1"
  exit 0
}

is_one_of() {
  wanted=$1
  shift
  for each in "$@"; do
    [ "$each" != "$wanted" ] || return 0
  done
  return 1
}

left_of() {
  find "$home" -xdev -mindepth 1 -uid "$1" 2> /dev/null | head -n 1
}

owner=$(stat -c %u "$home") || tell "unknown: the owner of $home can't be read"
if [ "$owner" = "$uid" ]; then
  # Theirs already. Where a hub without this was there in between, some files are of before again.
  :
elif [ "$owner" = 0 ]; then
  # A volume's own folder stays root's, also when its files are a person's: then these tell whose it is.
  for entry in "$home"/* "$home"/.[!.]* "$home"/..?*; do
    [ -e "$entry" ] || [ -L "$entry" ] || continue
    one=$(stat -c %u "$entry")
    is_one_of "$one" 0 "$uid" "$@" || tell "foreign $one"
  done
else
  is_one_of "$owner" "$@" || tell "foreign $owner"
fi
echo "The home of $owner is given to $uid"
for old in "$@"; do
  find "$home" -xdev -mindepth 1 -uid "$old" -exec chown -h "$uid:$gid" {} +
  [ -z "$(left_of "$old")" ] || tell "failed: files of $old are left"
done
chown "$uid:$gid" "$home" || tell "failed: $home can't be given away"
tell "done"
