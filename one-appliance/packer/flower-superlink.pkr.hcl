source "null" "null" { communicator = "none" }

# The context that lets packer in.
build {
  sources = ["source.null.null"]

  provisioner "shell-local" {
    inline = [
      "mkdir -p ${var.input_dir}/context",
      "${var.input_dir}/gen_context > ${var.input_dir}/context/context.sh",
      "mkisofs -o ${var.input_dir}/${var.appliance_name}-context.iso -V CONTEXT -J -R ${var.input_dir}/context",
    ]
  }
}

source "qemu" "flower-superlink" {
  cpus        = 2
  memory      = 4096
  accelerator = "kvm"

  iso_url      = var.base_image
  iso_checksum = "none"

  headless = var.headless

  disk_image       = true
  disk_cache       = "unsafe"
  disk_interface   = "virtio"
  net_device       = "virtio-net"
  format           = "qcow2"
  disk_compression = false
  disk_size        = "20480M"

  output_directory = var.output_dir

  qemuargs = [
    ["-cpu", "host"],
    ["-cdrom", "${var.input_dir}/${var.appliance_name}-context.iso"],
    ["-serial", "stdio"],
    # The context's ETH0_MAC.
    ["-netdev", "user,id=net0,hostfwd=tcp::{{ .SSHHostPort }}-:22"],
    ["-device", "virtio-net-pci,netdev=net0,mac=00:11:22:33:44:55"]
  ]

  ssh_username     = "root"
  ssh_password     = "opennebula"
  ssh_timeout      = "900s"
  shutdown_command = "poweroff"
  vm_name          = "${var.appliance_name}"
}

build {
  sources = ["source.qemu.flower-superlink"]

  # Removes the SSH settings that let packer in.
  provisioner "shell" {
    scripts = ["${var.input_dir}/81-configure-ssh.sh"]
  }

  provisioner "shell-local" {
    inline = ["${var.input_dir}/build-suite.sh '${var.suite}' ${var.input_dir}/suite.tar"]
  }

  provisioner "file" {
    source      = "${var.input_dir}/suite.tar"
    destination = "/var/tmp/suite.tar"
    generated   = true
  }

  provisioner "shell" {
    inline = ["mkdir -p /etc/one-appliance"]
  }

  provisioner "file" {
    sources = [
      "${var.suite}/one-appliance/image/one-context/net-90-service-appliance",
      "${var.suite}/one-appliance/image/one-context/net-99-report-ready",
    ]
    destination = "/etc/one-appliance/"
  }

  provisioner "shell" {
    scripts = [
      "${var.input_dir}/82-configure-context.sh",
      "${var.input_dir}/90-install-suite.sh",
    ]
  }

  post-processor "shell-local" {
    execute_command = ["bash", "-c", "{{.Vars}} {{.Script}}"]
    environment_vars = [
      "OUTPUT_DIR=${var.output_dir}",
      "APPLIANCE_NAME=${var.appliance_name}",
    ]
    scripts = ["../one-apps/packer/postprocess.sh"]
  }
}
