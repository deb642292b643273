// SPDX-FileCopyrightText: 2026 The SerialBattery authors
// SPDX-License-Identifier: GPL-3.0-or-later
#include "drivervoice.h"

#include "vectorpeer.h"

#include <functional>

namespace sb {
namespace {

using Make = std::function<std::unique_ptr<Procedure>(Driver &)>;
using End = StepResult::End;

constexpr int maxSteps = 60;

/// One step that does not go well.
struct Deviation
{
    int step = -1;
    End end = End::Complete;
    int code = 0;
};

class Voice
{
public:
    Voice(const DriverDescriptor &descriptor, const DriverConfig &config)
        : m_descriptor(descriptor)
        , m_config(config)
    {
        // A healthy battery: controls may depend on what is known.
        m_now.voltage = 53.0;
        m_now.current = 0.0;
        m_now.soc = 50.0;
        m_now.capacityAh = 100.0;
        m_now.remainingAh = 50.0;
        m_now.cellCount = 16;
        m_now.chargeAllowed = m_now.dischargeAllowed = true;
    }

    QSet<QString> all()
    {
        const std::unique_ptr<Driver> driver = m_descriptor.create(m_config);
        for (const Phase phase : {Phase::Identify, Phase::Poll}) {
            std::vector<Request> requests;
            driver->requests(phase, requests);
            for (const Request &request : requests)
                collect(request);
        }
        controls();
        parameters(driver->parameters());
        return m_said;
    }

private:
    void collect(Request request)
    {
        for (size_t form = 0; form <= request.otherForms.size(); ++form, request.nextForm()) {
            for (const QString &text : VectorPeer::textOf(request))
                m_said.insert(text);
        }
    }

    void controls()
    {
        std::vector<Make> makes;
        for (const Control control : m_descriptor.info.writes) {
            const std::vector<double> values = control == Control::StateOfCharge
                                                   ? std::vector<double>{0, 50, 100}
                                                   : std::vector<double>{0, 1};
            for (const double value : values)
                makes.push_back(
                    [this, control, value](Driver &driver) { return driver.control(control, value, m_now); });
        }
        // In pairs: a switch may have to keep what another one did.
        for (const Make &first : makes) {
            explore({first});
            for (const Make &second : makes)
                explore({first, second});
        }
    }

    void parameters(const std::vector<ParameterInfo> &infos)
    {
        explore({[](Driver &driver) { return driver.readParameters({}); }});
        for (const ParameterInfo &info : infos) {
            explore({[&](Driver &driver) { return driver.readParameters({info.id}); }});
            if (!info.writable)
                continue;
            std::vector<QVariant> values;
            switch (info.type) {
            case ParameterType::Text:
                values = {QStringLiteral("A")};
                break;
            case ParameterType::Date:
                values = {QDate(2024, 5, 31)};
                break;
            default:
                values = {info.minimum, info.maximum};
                break;
            }
            for (const QVariant &value : values)
                explore({[&](Driver &driver) { return driver.writeParameters({{info.id, value}}); }});
        }
    }

    void explore(const std::vector<Make> &sequence)
    {
        const int steps = run(sequence, {});
        for (int step = 0; step < std::min(steps, maxSteps); ++step) {
            run(sequence, {step, End::Timeout, 0});
            for (const int code : {0x80, 0x81, 0x01})
                run(sequence, {step, End::Refused, code});
        }
    }

    /// Every answer is a good one without content, except the one that deviates. \return steps taken.
    int run(const std::vector<Make> &sequence, const Deviation &deviation)
    {
        const std::unique_ptr<Driver> driver = m_descriptor.create(m_config);
        int step = 0;
        for (const Make &make : sequence) {
            const std::unique_ptr<Procedure> procedure = make(*driver);
            if (!procedure)
                continue;
            const Update nothing;
            StepResult last;
            for (int i = 0; i < maxSteps; ++i) {
                const std::optional<Request> request = procedure->next(last);
                if (!request)
                    break;
                collect(*request);
                driver->begin(*request);
                const bool odd = step == deviation.step;
                last = odd ? StepResult{deviation.end, deviation.code, nullptr}
                           : StepResult{End::Complete, 0, &nothing};
                ++step;
            }
        }
        return step;
    }

    const DriverDescriptor &m_descriptor;
    DriverConfig m_config;
    BatteryState m_now;
    QSet<QString> m_said;
};

} // namespace

QSet<QString> driverVoice(const DriverDescriptor &descriptor, const DriverConfig &config)
{
    return Voice(descriptor, config).all();
}

} // namespace sb
