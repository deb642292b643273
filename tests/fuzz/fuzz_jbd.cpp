// SPDX-FileCopyrightText: 2026 The SerialBattery authors
// SPDX-License-Identifier: GPL-3.0-or-later
#include "drivers/jbd/jbddriver.h"
#include "fuzzing.h"

#include <cmath>

using namespace sb;

namespace {

/// What the device does next.
enum Act : quint8 { Raw, Framed, Refused, Silence, NoMore, Act_Count };

bool within(const Number &value, double minimum, double maximum)
{
    return !value || (std::isfinite(*value) && *value >= minimum && *value <= maximum);
}

bool within(const Count &value, qint64 minimum, qint64 maximum)
{
    return !value || (*value >= minimum && *value <= maximum);
}

/// No value outside what the wire can hold.
void checkState(const BatteryState &state)
{
    FUZZ_CHECK(within(state.voltage, 0, 655.35));
    FUZZ_CHECK(within(state.current, -327.68, 327.67));
    FUZZ_CHECK(within(state.soc, 0, 255));
    FUZZ_CHECK(within(state.capacityAh, 0, 655.35));
    FUZZ_CHECK(within(state.remainingAh, 0, 655.35));
    FUZZ_CHECK(within(state.cycles, 0, 0xFFFF));
    FUZZ_CHECK(within(state.cellCount, 1, 32));
    FUZZ_CHECK(within(state.problemCode, 0, 0xFFFF));
    FUZZ_CHECK(within(state.mosfetTemperature, -50, 150));
    FUZZ_CHECK(within(state.maxChargeCurrent, 0, 327.68));
    FUZZ_CHECK(within(state.maxDischargeCurrent, 0, 327.68));
    FUZZ_CHECK(within(state.maxVoltage, 0, 655.35));
    FUZZ_CHECK(within(state.minVoltage, 0, 655.35));
    FUZZ_CHECK(state.cellVoltages.size() <= 32);
    for (const Number &cell : state.cellVoltages)
        FUZZ_CHECK(cell && within(cell, 0, 65.535));
    FUZZ_CHECK(state.temperatures.size() <= 16);
    for (const Number &temperature : state.temperatures)
        FUZZ_CHECK(within(temperature, -50, 150));
    FUZZ_CHECK(!state.cellCount || state.cellBalancing.size() == static_cast<size_t>(*state.cellCount));
    FUZZ_CHECK(!state.productionDate ||
               (state.productionDate->isValid() && state.productionDate->year() >= 2000));
    FUZZ_CHECK(!state.uniqueId || (state.serialNumber && !state.uniqueId->isEmpty()));
    for (const Text &text : {state.hardwareVersion, state.serialNumber, state.deviceName})
        FUZZ_CHECK(!text || (!text->isEmpty() && text->size() <= 64));
    for (const auto &counter : state.history)
        FUZZ_CHECK(!counter || (*counter >= 0 && *counter <= 0xFFFF));
}

void checkParameters(const std::vector<ParameterValue> &values)
{
    for (const ParameterValue &value : values) {
        const jbd::ParameterRow *row = jbd::findParameter(value.id);
        FUZZ_CHECK(row && value.value.isValid());
        if (value.value.metaType().id() == QMetaType::Double)
            FUZZ_CHECK(std::isfinite(value.value.toDouble()));
        // What may be written back means the same again.
        const auto raw = jbd::encodeParameter(*row, value.value);
        if (!raw)
            continue;
        QByteArray data = raw->text;
        if (raw->mask != 0)
            appendInteger(data, raw->bits, Wire::U16BE);
        const auto back = jbd::decodeParameter(*row, bytesOf(data));
        FUZZ_CHECK(back && *back == value.value);
    }
}

class Session
{
public:
    explicit Session(FuzzInput input)
        : m_input(input)
        , m_kind(m_input.byte())
        , m_driver(config())
    {}

    void run()
    {
        for (const Phase phase : {Phase::Identify, Phase::Poll}) {
            std::vector<Request> requests;
            m_driver.requests(phase, requests);
            Update update;
            for (const Request &request : requests)
                ask(request, update);
            m_known = update.values;
            (void)m_driver.recognise(m_known);
        }
        for (int i = 0; i < 4 && !m_input.isEmpty(); ++i)
            dialogue(procedure());
        const Update before;
        Update update;
        (void)m_driver.receive(m_input.rest(), nullptr, update);
        FUZZ_CHECK(update.values == before.values && update.parameters.empty());
    }

private:
    DriverConfig config() const
    {
        DriverConfig config;
        config.transport = m_kind & 1 ? TransportKind::Bluetooth : TransportKind::Serial;
        if (m_kind & 2)
            config.address = 1;
        config.options.insert(QStringLiteral("readSettingsAtStart"), (m_kind & 4) != 0);
        config.options.insert(QStringLiteral("firstSensorIsMosfet"), (m_kind & 8) != 0);
        if (m_kind & 16)
            config.options.insert(QStringLiteral("socLowWarning"), 20);
        return config;
    }

    std::unique_ptr<Procedure> procedure()
    {
        const quint8 which = m_input.byte();
        const double value = m_input.byte();
        switch (which % 8) {
        case 0:
            return m_driver.control(Control::Charge, value, m_known);
        case 1:
            return m_driver.control(Control::Discharge, value, m_known);
        case 2:
            return m_driver.control(Control::Balancing, value, m_known);
        case 3:
            return m_driver.control(Control::StateOfCharge, value, m_known);
        case 4:
            return m_driver.readParameters({});
        case 5:
            return jbd::testBalancing(m_driver.context(), jbd::BalanceTest::OddCells);
        default: {
            const auto &infos = m_driver.parameters();
            std::vector<ParameterValue> values;
            for (int i = 0; i < which % 5; ++i) {
                const ParameterInfo &info = infos[m_input.byte() % infos.size()];
                values.push_back({info.id, info.type == ParameterType::Text   ? QVariant(QStringLiteral("X"))
                                           : info.type == ParameterType::Date ? QVariant(QDate(2024, 1, 1))
                                                                              : QVariant(info.maximum)});
            }
            return m_driver.writeParameters(values);
        }
        }
    }

    StepResult ask(const Request &request, Update &update)
    {
        m_driver.begin(request);
        while (!m_input.isEmpty()) {
            const Update before = update;
            Reply reply;
            switch (m_input.byte() % Act_Count) {
            case Raw:
                reply = m_driver.receive(m_input.take(m_input.byte() % 80), &request, update);
                break;
            case Framed:
                reply = framed(request, 0, update);
                break;
            case Refused:
                reply = framed(request, m_input.byte(), update);
                break;
            case Silence:
                reply = m_driver.lineSilent(&request, update);
                break;
            default:
                return {StepResult::End::Timeout, 0, nullptr};
            }
            FUZZ_CHECK(m_driver.missingBytes() >= 0 && m_driver.missingBytes() <= 72);
            if (reply.state == ReplyState::Complete) {
                checkState(update.values);
                checkParameters(update.parameters);
                return {StepResult::End::Complete, 0, &update};
            }
            // All or nothing.
            FUZZ_CHECK(update.values == before.values && update.parameters == before.parameters);
            if (reply.state == ReplyState::Refused) {
                FUZZ_CHECK(reply.code != 0);
                return {StepResult::End::Refused, reply.code, nullptr};
            }
        }
        return {StepResult::End::Timeout, 0, nullptr};
    }

    /// A reply whose frame is right, whatever it says: chance would hardly find a checksum.
    Reply framed(const Request &request, quint8 status, Update &update)
    {
        const quint8 choice = m_input.byte();
        const bool addressed = m_kind & 2;
        QByteArray frame;
        appendInteger(frame, 0xDD, Wire::U8);
        if (addressed)
            appendInteger(frame, 1, Wire::U8);
        const bool own = choice < 0xF0;
        appendInteger(frame, own ? jbd::Protocol::registerOf(request) : m_input.byte(), Wire::U8);
        appendInteger(frame, status, Wire::U8);
        const bool empty = own && jbd::Protocol::isWrite(request) && choice < 0xC0;
        const Bytes data = m_input.take(empty ? 0 : choice % 65U);
        appendInteger(frame, static_cast<qint64>(data.size()), Wire::U8);
        frame.append(viewOf(data));
        appendInteger(frame, checksum(Checksum::Sum16Complement, bytesOf(frame).subspan(addressed ? 1 : 2)),
                      Wire::U16BE);
        appendInteger(frame, 0x77, Wire::U8);
        return m_driver.receive(bytesOf(frame), &request, update);
    }

    void dialogue(const std::unique_ptr<Procedure> &procedure)
    {
        FUZZ_CHECK(procedure);
        const int abortAt = m_input.byte();
        const int loseAt = m_input.byte();
        StepResult last;
        Update update;
        bool maybeOpen = false;
        bool lost = false;
        for (int step = 0;; ++step) {
            FUZZ_CHECK(step < 1000);
            if (step == abortAt)
                procedure->abort();
            const std::optional<Request> request = procedure->next(last);
            if (!request)
                break;
            FUZZ_CHECK(!lost);
            FUZZ_CHECK(request->bytes.size() >= 7 && request->bytes.size() <= 48 && request->tries > 0);
            update.clear();
            last = ask(*request, update);
            const quint8 reg = jbd::Protocol::registerOf(*request);
            if (jbd::Protocol::isWrite(*request) && reg == jbd::reg::enterSettings)
                maybeOpen = last.end != StepResult::End::Refused;
            if (jbd::Protocol::isWrite(*request) && reg == jbd::reg::exitSettings)
                maybeOpen = false;
            if (step == loseAt) {
                last = {StepResult::End::LinkLost, 0, nullptr};
                lost = true;
            }
        }
        FUZZ_CHECK(lost || !maybeOpen);
        const ProcedureResult result = procedure->result();
        FUZZ_CHECK(result.ok == result.error.isEmpty());
        FUZZ_CHECK(!result.error.contains(QLatin1Char('\n')));
    }

    FuzzInput m_input;
    quint8 m_kind;
    jbd::JbdDriver m_driver;
    BatteryState m_known;
};

} // namespace

extern "C" int LLVMFuzzerTestOneInput(const quint8 *data, size_t size)
{
    Session(FuzzInput(Bytes(data, size))).run();
    return 0;
}
