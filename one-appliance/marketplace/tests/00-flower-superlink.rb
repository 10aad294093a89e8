require 'json'
require_relative '../../../lib/community/app_handler' # makes the VM, and removes it

# The harness boots the VM without OneGate and begins as soon as the VM answers to SSH, so the tests wait for what takes time.
# It puts each command between double quotes on its own command line, so no command here has a double quote, $ or `.
describe 'Appliance Certification' do
    include_context('vm_handler')

    # Runs a command on the VM until it succeeds.
    def eventually(cmd, timeout = 300)
        deadline = Time.now + timeout

        loop do
            result = @info[:vm].ssh(cmd)
            return result if result.success?

            raise "#{cmd}: still fails after #{timeout} s: #{result.stdout}" if Time.now > deadline

            sleep 5
        end
    end

    it 'has the programs' do
        %w[fl-configure fl-bootstrap fl-healthcheck fl-onegate-publish docker].each do |program|
            @info[:vm].ssh("which #{program}").expect_success
        end
    end

    it 'reports a successful boot' do
        eventually('grep -qx bootstrap_success /etc/one-appliance/status')
    end

    it 'reports it to whoever logs in' do
        eventually("grep 'All set and ready to serve' /etc/motd")
    end

    it 'runs the SuperLink in an active unit' do
        eventually('systemctl is-active flower-superlink.service')
        result = @info[:vm].ssh("docker inspect -f '{{.State.Running}}' flower-superlink")
        expect(result.stdout.strip).to eq('true')
    end

    it 'works in every layer' do
        result = eventually('fl-healthcheck --json')
        %w[container fleet control database superexec].each do |layer|
            expect(result.stdout).to match(/"#{layer}"/)
        end
    end

    it 'answers SuperNodes on the Fleet API' do
        eventually('fl-healthcheck --probe=grpc 127.0.0.1:9092')
    end

    APP_CONTEXT_PARAMS.each do |name, value|
        it "takes #{name} from the context" do
            result = @info[:vm].ssh('fl-configure --print=json')
            expect(JSON.parse(result.stdout)['parameters'][name.to_s]).to eq('value' => value, 'origin' => 'context')
        end
    end

    it 'keeps the Control API to the address that the context names' do
        result = @info[:vm].ssh('ss -H -ltn')
        expect(result.stdout).to match(/127\.0\.0\.1:9093\s/)
        expect(result.stdout).not_to match(/0\.0\.0\.0:9093\s/)
    end

    it 'changes nothing when it is configured again' do
        @info[:vm].ssh('fl-configure --dry-run').expect_success
    end

    it 'serves again after a crash' do
        started = "docker inspect -f '{{.State.StartedAt}}' flower-superlink"
        before = @info[:vm].ssh(started).stdout.strip
        @info[:vm].ssh('docker kill flower-superlink').expect_success
        eventually("#{started} | grep -v -e '#{before}' -e '^0001-' && fl-healthcheck")
    end

    it 'has no failed unit' do
        result = @info[:vm].ssh('systemctl --failed --no-legend')
        expect(result.stdout.strip).to eq('')
    end
end
