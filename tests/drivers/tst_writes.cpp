// SPDX-FileCopyrightText: 2026 The SerialBattery authors
// SPDX-License-Identifier: GPL-3.0-or-later
#include "drivers/alldrivers.h"
#include "drivers/allsimulators.h"
#include "simulator/pack.h"
#include "tests/drivers/binary/radiotalk.h"

#include <QDate>
#include <QTest>
#include <cmath>
#include <functional>

using namespace sb;
using namespace sb::talk;

namespace {

using End = StepResult::End;
using Make = std::function<std::unique_ptr<Procedure>(Driver &, const BatteryState &)>;
/// What becomes of a step of a dialogue instead of what the board says; nothing: the board is asked.
using Intercept = std::function<std::optional<StepResult>(int step)>;

/// A simulated battery and one who talks to it, over a wire or by radio.
class Desk
{
public:
    Desk(const DriverDescriptor &driver, const SimulatorDescriptor &simulator, TransportKind transport)
        : pack(packOf(simulator), Profile::constant(-5))
        , m_twinPack(packOf(simulator), Profile::constant(-5))
        , m_description(driver)
        , m_transport(transport)
    {
        pack.advance(5);
        m_twinPack.advance(5);
        if (!driver.info.addresses.empty() && transport == TransportKind::Serial)
            m_address = driver.info.addresses.front();
        board = simulator.create(pack, m_address.value_or(-1));
        m_twin = simulator.create(m_twinPack, m_address.value_or(-1));
    }

    /// From now on the board confirms what it is told and does nothing: what is read is the state of another
    /// one.
    void ignoreWrites()
    {
        (void)look();
        (void)parameters();
        m_ignores = true;
    }

    [[nodiscard]] std::unique_ptr<Driver> driver() const
    {
        return m_description.create({m_transport, m_address, {}});
    }
    [[nodiscard]] const DriverInfo &info() const { return m_description.info; }

    /// What a newcomer reads.
    BatteryState look() { return look(*driver()); }
    QMap<QString, QVariant> parameters()
    {
        const std::unique_ptr<Driver> reader = driver();
        (void)look(*reader);
        QMap<QString, QVariant> values;
        const std::unique_ptr<Procedure> reading = reader->readParameters({});
        if (!reading)
            return values;
        m_read = &values;
        (void)run(*reader, *reading, {});
        m_read = nullptr;
        return values;
    }

    /// A dialogue of one who has looked first.
    ProcedureResult run(const Make &make, const Intercept &intercept = {})
    {
        const std::unique_ptr<Driver> talker = driver();
        const BatteryState state = look(*talker);
        const std::unique_ptr<Procedure> procedure = make(*talker, state);
        if (!procedure)
            return {false, false, QStringLiteral("there is no such dialogue"), {}};
        return run(*talker, *procedure, intercept);
    }

    Pack pack;
    std::unique_ptr<SimulatedDevice> board;
    int steps = 0; ///< of the last dialogue

private:
    static PackConfig packOf(const SimulatorDescriptor &simulator)
    {
        PackConfig config;
        config.cells = simulator.typicalCells;
        return config;
    }

    BatteryState look(Driver &driver)
    {
        Update update;
        for (const Phase phase : {Phase::Identify, Phase::Poll}) {
            std::vector<Request> requests;
            driver.requests(phase, requests);
            for (const Request &request : requests)
                m_reads.insert(request.bytes);
            for (size_t at = 0; at < requests.size();)
                at = requestAfter(requests, at, ask(driver, requests[at], update).end == End::Complete);
        }
        return update.values;
    }

    ProcedureResult run(Driver &driver, Procedure &procedure, const Intercept &intercept)
    {
        StepResult last;
        Update update;
        for (steps = 0; steps < 1000; ++steps) {
            const std::optional<Request> request = procedure.next(last);
            if (!request)
                break;
            update.clear();
            const std::optional<StepResult> other = intercept ? intercept(steps) : std::nullopt;
            last = other ? *other : ask(driver, *request, update);
            if (m_read) {
                m_reads.insert(request->bytes);
                for (const ParameterValue &value : update.parameters)
                    m_read->insert(value.id, value.value);
            }
            pack.advance(1);
        }
        return procedure.result();
    }

    StepResult ask(Driver &driver, Request request, Update &update)
    {
        StepResult end{End::Timeout, 0, nullptr};
        const size_t forms = 1 + request.otherForms.size();
        for (size_t form = 0; form < forms; ++form, request.nextForm()) {
            const Reply reply = hear(driver, request, update);
            if (reply.state == ReplyState::Complete)
                return {End::Complete, 0, &update};
            if (reply.state == ReplyState::Refused)
                return {End::Refused, reply.code, nullptr};
            if (reply.state == ReplyState::Repeat)
                end = {End::Refused, reply.code, nullptr};
        }
        return end;
    }

    Reply hear(Driver &driver, const Request &request, Update &update)
    {
        driver.begin(request);
        std::vector<SimulatedReply> replies;
        QString target;
        SimulatedDevice &asked = m_ignores && m_reads.contains(request.bytes) ? *m_twin : *board;
        if (m_transport == TransportKind::Bluetooth) {
            const GattProfile &profile = m_description.info.bluetooth.profiles.front();
            target = targetOf(request, profile);
            for (const QByteArray &bytes : radioAnswer(asked, request, profile))
                replies.push_back({bytes});
        } else {
            asked.receive(bytesOf(request.bytes), replies);
        }
        for (size_t at = 0; at < replies.size(); ++at) {
            const QByteArray bytes = replies[at].bytes;
            const Reply reply = driver.receive(bytesOf(bytes), &request, update);
            if (!reply.answer.isEmpty())
                asked.written(target, bytesOf(reply.answer), replies);
            if (reply.state != ReplyState::Waiting)
                return reply;
        }
        return driver.lineSilent(&request, update);
    }

    Pack m_twinPack;
    std::unique_ptr<SimulatedDevice> m_twin;
    bool m_ignores = false;
    QSet<QByteArray> m_reads;
    const DriverDescriptor &m_description;
    TransportKind m_transport;
    std::optional<int> m_address;
    QMap<QString, QVariant> *m_read = nullptr;
};

bool same(const ParameterInfo &info, const QVariant &one, const QVariant &other)
{
    if (info.type == ParameterType::Text || info.type == ParameterType::Date)
        return one == other;
    return one.isValid() && other.isValid() &&
           std::abs(one.toDouble() - other.toDouble()) < 0.51 * std::pow(10, -info.decimals);
}

/// Values that \a info takes and that are not \a now.
QVariantList otherValues(const ParameterInfo &info, const QVariant &now)
{
    QVariantList values;
    if (info.type == ParameterType::Text) {
        values = {QStringLiteral("Cabin").first(std::min(5, info.maxLength)), QStringLiteral("7")};
    } else if (info.type == ParameterType::Date) {
        values = {QDate(2024, 5, 31), QDate(2023, 12, 1)};
    } else if (!info.choices.empty()) {
        for (const double choice : info.choices)
            values.append(choice);
    } else {
        const double step = std::pow(10, -info.decimals);
        for (const double value :
             {info.minimum, info.maximum, now.toDouble() + step, now.toDouble() - step}) {
            if (value >= info.minimum && value <= info.maximum)
                values.append(value);
        }
    }
    values.removeIf([&](const QVariant &value) { return same(info, value, now); });
    return values;
}

/// One thing that can be written, and whether a newcomer finds it done.
struct Write
{
    QByteArray name;
    Make make;
    std::function<bool(Desk &)> isDone;
};

QByteArray told(const Write &write, const ProcedureResult &result, const char *when = "all well")
{
    return QByteArray(write.name).append(": ").append(when).append(": ").append(result.error.toUtf8());
}

std::function<bool(Desk &)> controlIsDone(Control control, double value)
{
    const bool on = value != 0;
    switch (control) {
    case Control::Charge:
        return [on](Desk &desk) { return desk.pack.chargeFet() == on && desk.look().chargeAllowed == on; };
    case Control::Discharge:
        return
            [on](Desk &desk) { return desk.pack.dischargeFet() == on && desk.look().dischargeAllowed == on; };
    case Control::Heater:
        return [on](Desk &desk) { return desk.look().heating == on; };
    case Control::StateOfCharge:
        return [value](Desk &desk) { return std::abs(desk.look().soc.value_or(-1) - value) < 1; };
    case Control::Balancing:
    case Control::BalanceTest:
        break;
    }
    return {}; // what it leads to depends on the cells
}

/// Every control of the family to every value, each against the other one. Controls that nobody can see done
/// are in it only where \a all.
std::vector<Write> controls(const DriverInfo &info, bool all)
{
    std::vector<Write> writes;
    for (const Control control : info.writes) {
        std::vector<double> values{0, 1};
        if (control == Control::StateOfCharge)
            values = {20, 80, 100};
        else if (control == Control::BalanceTest)
            values = {1, 2};
        for (const double value : values) {
            Write write{QByteArray::number(static_cast<int>(control)) + " to " + QByteArray::number(value),
                        [control, value](Driver &driver, const BatteryState &state) {
                            return driver.control(control, value, state);
                        },
                        controlIsDone(control, value)};
            if (all || write.isDone)
                writes.push_back(std::move(write));
        }
    }
    return writes;
}

Write parameterWrite(const ParameterInfo &info, const QVariant &value)
{
    return {QStringLiteral("%1 to %2").arg(info.id, value.toString()).toLatin1(),
            [id = info.id, value](Driver &driver, const BatteryState &) {
                return driver.writeParameters({{id, value}});
            },
            [info, value](Desk &desk) { return same(info, desk.parameters().value(info.id), value); }};
}

} // namespace

/// Every control and every writable parameter of every family, against its simulated board: done, found so by
/// a newcomer, and told where the board is silent or says no. Follows the list of families by itself.
class TestWrites : public QObject
{
    Q_OBJECT
private slots:
    void initTestCase();
    void controlsDoWhatTheySay_data() { families(); }
    void controlsDoWhatTheySay();
    void parametersReadBackAsWritten_data() { families(); }
    void parametersReadBackAsWritten();
    void whatFailsIsTold_data() { families(); }
    void whatFailsIsTold();

private:
    void families();
    /// Of the present row.
    [[nodiscard]] Desk desk() const;

    DriverRegistry m_drivers;
    std::vector<SimulatorDescriptor> m_simulators;
};

void TestWrites::initTestCase()
{
    addAllDrivers(m_drivers);
    m_simulators = allSimulators();
}

void TestWrites::families()
{
    QTest::addColumn<const DriverDescriptor *>("driver");
    QTest::addColumn<const SimulatorDescriptor *>("simulator");
    QTest::addColumn<bool>("radio");
    for (const DriverDescriptor &driver : m_drivers.all()) {
        if (driver.info.writes.empty() && driver.create({})->parameters().empty())
            continue;
        for (const SimulatorDescriptor &simulator : m_simulators) {
            if (simulator.driverId != driver.info.id)
                continue;
            if (driver.info.speaks(TransportKind::Serial))
                QTest::addRow("%s by wire", qPrintable(driver.info.id)) << &driver << &simulator << false;
            if (driver.info.speaks(TransportKind::Bluetooth) && simulator.radio)
                QTest::addRow("%s by radio", qPrintable(driver.info.id)) << &driver << &simulator << true;
        }
    }
}

Desk TestWrites::desk() const
{
    QFETCH(const DriverDescriptor *, driver);
    QFETCH(const SimulatorDescriptor *, simulator);
    QFETCH(bool, radio);
    return {*driver, *simulator, radio ? TransportKind::Bluetooth : TransportKind::Serial};
}

void TestWrites::controlsDoWhatTheySay()
{
    Desk desk = this->desk();
    for (const Write &write : controls(desk.info(), true)) {
        const ProcedureResult result = desk.run(write.make);
        QVERIFY2(result.ok, told(write, result).constData());
        QVERIFY2(!write.isDone || write.isDone(desk), write.name.constData());
    }
}

void TestWrites::parametersReadBackAsWritten()
{
    Desk desk = this->desk();
    const std::vector<ParameterInfo> infos = desk.driver()->parameters();
    QMap<QString, QVariant> before = desk.parameters();
    QVERIFY(infos.empty() || !before.isEmpty());
    for (const ParameterInfo &info : infos) {
        if (!info.writable)
            continue;
        const QVariant now = before.value(info.id);
        QVERIFY2(now.isValid(), qPrintable(info.id)); // what can be written can be read
        const auto fits = [&](const QVariant &value) {
            return info.type == ParameterType::Text || info.type == ParameterType::Date ||
                   !info.choices.empty() || value.toDouble() == info.minimum ||
                   value.toDouble() == info.maximum;
        };
        QVariantList values = otherValues(info, now);
        QVERIFY2(!values.isEmpty(), qPrintable(info.id));
        QVariant stored = now;
        for (const QVariant &value : values) {
            const Write write = parameterWrite(info, value);
            const ProcedureResult result = desk.run(write.make);
            QVERIFY2(result.ok || !fits(value), told(write, result).constData());
            // Between two steps of the register there is nothing to write, and nothing else is written
            // instead.
            QVERIFY(result.ok || desk.steps == 0);
            stored = result.ok ? value : stored;
            QVERIFY2(same(info, desk.parameters().value(info.id), stored), write.name.constData());
        }
        // A board may come with what nobody may give it.
        if (desk.run(parameterWrite(info, now).make).ok)
            stored = now;
        // Nothing else was touched.
        const QMap<QString, QVariant> after = desk.parameters();
        before.insert(info.id, stored);
        for (const ParameterInfo &other : infos) {
            const QVariant is = after.value(other.id);
            QVERIFY2(is == before.value(other.id) || same(other, is, before.value(other.id)),
                     qPrintable(info.id + QStringLiteral(" changed ") + other.id));
        }
    }
}

void TestWrites::whatFailsIsTold()
{
    std::vector<Write> writes;
    {
        Desk desk = this->desk();
        writes = controls(desk.info(), false);
        const QMap<QString, QVariant> before = desk.parameters();
        for (const ParameterInfo &info : desk.driver()->parameters()) {
            if (info.writable)
                writes.push_back(parameterWrite(info, otherValues(info, before.value(info.id)).constFirst()));
        }
    }
    for (const Write &write : writes) {
        Desk healthy = desk();
        if (write.isDone(healthy))
            continue; // so it is from the start
        QVERIFY2(healthy.run(write.make).ok, write.name.constData());
        const int steps = healthy.steps;
        Desk idle = desk();
        idle.ignoreWrites();
        const ProcedureResult ignored = idle.run(write.make);
        QVERIFY2(!ignored.ok && !ignored.error.isEmpty(), write.name.constData());
        const auto judge = [&](const Intercept &intercept, const char *what) {
            Desk desk = this->desk();
            const ProcedureResult result = desk.run(write.make, intercept);
            // "Done" is said only of what is done; else there is one line that says why not.
            const QByteArray name = told(write, result, what);
            QVERIFY2(result.ok == result.error.isEmpty() && !result.error.contains(QLatin1Char('\n')),
                     name.constData());
            QVERIFY2(!result.ok || write.isDone(desk), name.constData());
        };
        for (const End end : {End::Timeout, End::Refused}) {
            const StepResult failure{end, 1, nullptr};
            Desk deaf = desk();
            const ProcedureResult result = deaf.run(write.make, [&](int) { return failure; });
            QVERIFY2(!result.ok && !result.error.isEmpty(), write.name.constData());
            QCOMPARE(result.refused, end == End::Refused);
            for (int failing = 0; failing < steps; ++failing)
                judge([&](int step) { return step == failing ? std::optional(failure) : std::nullopt; },
                      end == End::Refused ? "one step refused" : "one step unanswered");
            for (int failing = 1; failing < steps; ++failing)
                judge([&](int step) { return step >= failing ? std::optional(failure) : std::nullopt; },
                      end == End::Refused ? "refused from a step on" : "silent from a step on");
        }
    }
}

Q_DECLARE_METATYPE(const sb::DriverDescriptor *)
Q_DECLARE_METATYPE(const sb::SimulatorDescriptor *)

QTEST_GUILESS_MAIN(TestWrites)
#include "tst_writes.moc"
