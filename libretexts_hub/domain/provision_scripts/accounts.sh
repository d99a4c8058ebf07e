# Puts a person's lines beside those of the image. Arguments: folder of the lines, folder of the results.
# The image's own entries stay, whatever a person is called: root stays root.
set -eu
lines=$1 results=$2 passwd=${3:-/etc/passwd} group=${4:-/etc/group}

# The number of a name in a file, empty for none; whether a number is there. Names of their own: sh has no
# local variables.
number_of() {
  while IFS=: read -r one _ its_number _ || [ -n "$one" ]; do
    [ "$one" != "$1" ] || { printf '%s' "$its_number"; return; }
  done < "$2"
}
has_number() {
  while IFS=: read -r one _ its_number _ || [ -n "$one" ]; do
    [ "$its_number" != "$1" ] || return 0
  done < "$2"
  return 1
}
# A file of the image may lack, and its last line may have no end.
image_file() {
  [ ! -r "$1" ] || while IFS= read -r line || [ -n "$line" ]; do
    printf '%s\n' "$line"
  done < "$1"
}

image_file "$passwd" > "$results/passwd.image"
image_file "$group" > "$results/group.image"

IFS=: read -r account password uid rest < "$lines/passwd" || [ -n "$account" ]
taken=$(number_of "$account" "$results/passwd.image")
written=$account
[ -z "$taken" ] || [ "$taken" = "$uid" ] || account=u_$account
mine="$account:$password:$uid:$rest"
# The first entry of a number is the one that programs see.
if has_number "$uid" "$results/passwd.image"; then
  { printf '%s\n' "$mine"; image_file "$results/passwd.image"; } > "$results/passwd.new"
else
  { image_file "$results/passwd.image"; printf '%s\n' "$mine"; } > "$results/passwd.new"
fi

image_file "$results/group.image" > "$results/group.new"
image_file "$lines/group" > "$results/group.mine"
while IFS=: read -r name password number members || [ -n "$name" ]; do
  [ -n "$name" ] || continue
  has_number "$number" "$results/group.image" && continue
  [ -z "$(number_of "$name" "$results/group.image")" ] || name=u_$name
  [ "$members" != "$written" ] || members=$account
  printf '%s\n' "$name:$password:$number:$members" >> "$results/group.new"
done < "$results/group.mine"

# Written in place where a kubelet begins this again: a file that is mounted must stay the same one.
cat "$results/passwd.new" > "$results/passwd"
cat "$results/group.new" > "$results/group"
chmod 0644 "$results/passwd" "$results/group"
