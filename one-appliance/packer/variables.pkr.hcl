# packer/build.sh of the marketplace and of one-apps sets these.
variable "appliance_name" {
  type    = string
  default = "flower-superlink"
}

variable "distro" {
  type    = string
  default = "flower-superlink"
}

variable "version" {
  type    = string
  default = ""
}

variable "arch" {
  type    = string
  default = "x86_64"
}

variable "input_dir" {
  type    = string
  default = "packer/flower-superlink"
}

variable "output_dir" {
  type    = string
  default = "build/flower-superlink"
}

variable "headless" {
  type    = bool
  default = true
}

# Only this recipe needs these: PKR_VAR_suite=DIR make flower-superlink
variable "suite" {
  type        = string
  description = "A checkout of the Flower SuperLink appliance, which the recipe builds from."
}

variable "base_image" {
  type        = string
  description = "The base image with the contextualization packages. The programs are built on the machine that runs packer and must run in this image."
  default     = "../one-apps/export/debian13.qcow2"
}
