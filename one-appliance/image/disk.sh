#!/bin/sh
# Makes FOLDER/disk.raw, a disk of DISK_SIZE with the root file system ROOT: disk.sh ROOT FOLDER. build.sh calls it in the
# root of its tools, which holds nothing of the host.
#
# GPT: 1 MiB for GRUB's core image (BIOS), the EFI system partition, and the root file system last, so that it can grow.
# mke2fs and mtools write into the file, so no loop device and no mount is needed.
set -eu
LC_ALL=C
export LC_ALL
root=$1 folder=$2
disk=$folder/disk.raw
PATH=/usr/sbin:/usr/bin:/sbin:/bin
MIB=2048         # sectors
BIOS_AT=$MIB     # 1 MiB long
ESP_AT=$((2 * MIB))
ESP_MIB=32
ROOT_AT=$((ESP_AT + ESP_MIB * MIB))

uuid=$(cat /proc/sys/kernel/random/uuid)
truncate -s "$DISK_SIZE" "$disk"
sfdisk -q "$disk" <<END
label: gpt
start=$BIOS_AT, size=$MIB, type=21686148-6449-6E6F-744E-656564454649, name=bios
start=$ESP_AT, size=$((ESP_MIB * MIB)), type=C12A7328-F81F-11D2-BA4B-00A0C93EC93B, name=esp
start=$ROOT_AT, type=4F68BCE3-E8CD-4DB1-96E7-FBCAF984B709, name=root
END
size=$(sfdisk -J "$disk" | sed -n "s/.*\"start\": *$ROOT_AT,.*/&/; s/.*\"size\": *\([0-9]*\).*/\1/p" | tail -n 1)

mkdir -p "$root/boot/grub"
cat >"$root/etc/fstab" <<END
UUID=$uuid / ext4 errors=remount-ro,x-systemd.growfs 0 1
END
# vmlinuz and vmlinuz.old are links to the newest kernel and to the one before, so nobody has to run update-grub. Ubuntu has
# them in /boot.
links=
[ -L "$root/vmlinuz" ] || links=/boot
cat >"$root/boot/grub/grub.cfg" <<END
set timeout=1
serial --unit=0 --speed=115200
terminal_input console serial
terminal_output console serial
menuentry 'Flower SuperLink appliance' {
	linux $links/vmlinuz root=UUID=$uuid ro console=tty0 console=ttyS0,115200
	initrd $links/initrd.img
}
menuentry 'Flower SuperLink appliance, the kernel before' {
	linux $links/vmlinuz.old root=UUID=$uuid ro console=tty0 console=ttyS0,115200
	initrd $links/initrd.img.old
}
END
mke2fs -q -t ext4 -L root -U "$uuid" -E "offset=$((ROOT_AT * 512)),lazy_itable_init=1,nodiscard" -d "$root" "$disk" \
	"$((size / 2))k"

cat >"$folder/early.cfg" <<END
search --no-floppy --fs-uuid --set=root $uuid
set prefix=(\$root)/boot/grub
configfile (\$root)/boot/grub/grub.cfg
END
modules='part_gpt ext2 search search_fs_uuid normal configfile linux serial terminal echo test boot minicmd'
# shellcheck disable=SC2086 # a list of words
grub-mkimage -O i386-pc -p /boot/grub -c "$folder/early.cfg" -o "$folder/core.img" biosdisk $modules
# shellcheck disable=SC2086 # the same list
grub-mkimage -O x86_64-efi -p /boot/grub -c "$folder/early.cfg" -o "$folder/bootx64.efi" fat efi_gop all_video $modules

# These commands do the work of grub-bios-setup, which needs a device. They write boot.img into the first sector, up to the
# partition table; the sector number of the core image at 0x5c; no jump over the floppy check at 0x66
# (grub-core/boot/i386/pc/boot.S); and, at the end of the core's first sector, the list of its other sectors, which follow
# one another (include/grub/offsets.h).
[ "$(stat -c %s "$folder/core.img")" -lt $((MIB * 512)) ]
write()
{
	dd of="$disk" bs=1 seek="$1" conv=notrunc status=none
}
# A sector's number as 8 bytes, the lowest first.
little_endian()
{
	# shellcheck disable=SC2059 # octal escapes are what is printed
	printf "$(printf '\\%03o\\%03o\\%03o\\%03o\\000\\000\\000\\000' $(($1 & 255)) $(($1 >> 8 & 255)) \
		$(($1 >> 16 & 255)) $(($1 >> 24 & 255)))"
}
head -c 440 /usr/lib/grub/i386-pc/boot.img | write 0
little_endian "$BIOS_AT" | write $((0x5c))
printf '\220\220' | write $((0x66))
dd if="$folder/core.img" of="$disk" bs=512 seek="$BIOS_AT" conv=notrunc status=none
little_endian $((BIOS_AT + 1)) | write $((BIOS_AT * 512 + 0x1f4))

esp=$folder/esp.img
truncate -s "${ESP_MIB}M" "$esp"
mkfs.vfat -n ESP "$esp" >/dev/null
mmd -i "$esp" ::/EFI ::/EFI/BOOT
mcopy -i "$esp" "$folder/bootx64.efi" ::/EFI/BOOT/BOOTX64.EFI
dd if="$esp" of="$disk" bs=1M seek=$((ESP_AT / MIB)) conv=notrunc status=none
