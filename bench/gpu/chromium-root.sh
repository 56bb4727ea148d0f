#!/usr/bin/env bash
# Builds chromium.tar.xz for `npm run bench -- gpu pack FOLDER --chromium FILE`: Chromium, Xvfb, the Vulkan loader and
# their libraries, about 150 MB. Usage: chromium-root.sh FILE, as root on Debian 12 (x86-64), with apt's own sources.
# It takes 3 to 10 minutes on 2 cores.
set -euo pipefail
file=$(realpath -m "$1")
mkdir -p "$(dirname "$file")"
root=$(mktemp -d)
# The mounts go first: what is deleted at the end must not reach through them.
end() {
  for folder in proc dev; do
    if mountpoint -q "$root/$folder"; then umount --lazy "$root/$folder" || exit 1; fi
  done
  rm -rf --one-file-system "$root"
}
trap end EXIT
site=$(apt-get indextargets --format '$(SITE)' | sort | uniq -c | sort -rn | awk 'NR==1 {print $2}')
command -v debootstrap >/dev/null || apt-get install -y -qq debootstrap >/dev/null
debootstrap --variant=minbase bookworm "$root" "$site" >/dev/null
cp /etc/apt/sources.list.d/*.sources "$root/etc/apt/sources.list.d/" 2>/dev/null || true
cp /etc/resolv.conf /etc/hosts "$root/etc/"
mount --bind /proc "$root/proc"
mount --bind /dev "$root/dev"
chroot "$root" apt-get update -qq
DEBIAN_FRONTEND=noninteractive chroot "$root" apt-get install -y -qq --no-install-recommends \
  chromium xvfb libvulkan1 fonts-dejavu-core >/dev/null
umount --lazy "$root/proc" "$root/dev"

# What neither Chromium nor Xvfb needs to start.
cd "$root"
rm -rf var/lib/apt/lists/* var/cache/apt/* var/lib/dpkg/info boot home media mnt srv
rm -rf usr/share/{doc,man,locale,info,icons,mime,perl,zoneinfo} usr/lib/chromium/libVk{ICD,Layer}*
rm -rf usr/lib/x86_64-linux-gnu/{libLLVM*,libz3*,dri,perl*,gconv,libperl*}
find usr/lib/chromium/locales -type f ! -name 'en-US*' -delete
tar --create --file - . | xz --threads=0 -5 >"$file"
ls -l "$file"
