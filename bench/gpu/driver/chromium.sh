#!/usr/bin/env bash
# Prepares a Chromium that uses the NVIDIA card of a bare x86-64 machine: chromium.sh ARCHIVE ROOT, as root. It unpacks
# the archive of chromium-root.sh into ROOT, starts Xvfb, and writes ROOT/chromium, which starts Chromium with the C
# library and the driver of the machine. NVIDIA names the driver's folder.
set -euo pipefail
archive=$(realpath "$1")
root=$(realpath -m "$2")
nvidia=${NVIDIA:-/usr/local/nvidia}
display=:7
if [ ! -d "$root/usr" ]; then
  [ -f "$archive" ] || { echo "$archive is missing: pack with --chromium, or set CHROMIUM." >&2; exit 1; }
  mkdir -p "$root"
  xz --decompress --stdout --threads=0 "$archive" | tar --extract --file - --directory "$root"
fi

# Everything but the C and C++ runtimes: the driver needs those of the machine, which are newer.
own="$root/own-libs"
mkdir -p "$own"
for file in "$root"/usr/lib/x86_64-linux-gnu/*.so* "$root"/lib/x86_64-linux-gnu/*.so*; do
  case $(basename "$file") in
  libc.so* | libm.so* | libpthread* | ld-linux* | libdl.so* | librt.so* | libresolv* | libutil* | libnsl*) ;;
  libmvec* | libanl* | libthread_db* | libnss_* | libstdc++* | libgcc_s*) ;;
  *) ln -sf "$file" "$own/" ;;
  esac
done

# Xvfb runs inside the root, with the libraries that it was built for.
mkdir -p /tmp/.X11-unix
chmod 1777 /tmp/.X11-unix
for folder in proc dev sys tmp; do
  mkdir -p "$root/$folder"
  mountpoint -q "$root/$folder" || mount --rbind "/$folder" "$root/$folder"
done
if [ ! -e "/tmp/.X11-unix/X${display#:}" ]; then
  setsid chroot "$root" /usr/bin/Xvfb "$display" -screen 0 1280x900x24 >/dev/null 2>&1 &
  for _ in $(seq 50); do
    [ -e "/tmp/.X11-unix/X${display#:}" ] && break
    sleep 0.1
  done
fi

cat >"$root/chromium" <<RUN
#!/bin/sh
export DISPLAY=$display FONTCONFIG_PATH=$root/etc/fonts
export LD_LIBRARY_PATH=$own:$root/usr/lib/x86_64-linux-gnu/pulseaudio:$nvidia/lib64:$nvidia/lib
icd=$nvidia/share/vulkan/icd.d/nvidia_icd.json
[ -f "\$icd" ] && export VK_DRIVER_FILES="\$icd" VK_ICD_FILENAMES="\$icd"
exec $root/usr/lib/chromium/chromium "\$@"
RUN
chmod +x "$root/chromium"
"$root/chromium" --version
