# In place of marketplace-community's lib/community/app_handler.rb, which makes a VM in an OpenNebula: the VM is the one that
# certification.t has booted. What a test sees is the same: @info[:vm].ssh, whose command goes between double quotes on a
# shell's command line (clitester/VM.rb of fa6fbbd), and its result (clitester/SafeExec.rb).
require 'open3'
require 'rspec/core'
require 'rspec/expectations'
require 'yaml'

config = YAML.load_file("#{File.dirname(caller_locations.first.absolute_path)}/../metadata.yaml")
APP_CONTEXT_PARAMS = config[:app][:context][:params]

class Result
    include RSpec::Matchers

    attr_reader :stdout, :stderr, :exitstatus

    def initialize(cmd)
        @cmd = cmd
        @stdout, @stderr, status = Open3.capture3(cmd)
        @exitstatus = status.exitstatus
    end

    def success?
        @exitstatus == 0
    end

    def fail?
        !success?
    end

    def expect_success
        expect(success?).to be(true), "Expected success for: #{@cmd}\n#{@stderr}"
    end

    def expect_fail
        expect(fail?).to be(true), "Expected fail for: #{@cmd}\n#{@stderr}"
    end
end

class VM
    def ssh(cmd)
        Result.new("ssh -F /vm/ssh_config vm \"#{cmd}\"")
    end
end

RSpec.shared_context 'vm_handler' do
    before(:all) { @info = { :vm => VM.new } }
end
