// SPDX-FileCopyrightText: 2026 The SerialBattery authors
// SPDX-License-Identifier: GPL-3.0-or-later
#include "control/chargecontrol.h"

#include <QTest>
#include <limits>
#include <random>

using namespace sb;
using namespace sb::control;

namespace {

/// A battery that does anything: runs high, goes silent, loses sensors, jumps in time, says nonsense.
class Chaos
{
public:
    explicit Chaos(quint64 seed)
        : m_random(seed)
    {
        chooseSettings();
        m_state.cellCount = m_cells;
        m_state.capacityAh = pick(5) == 0 ? Number() : Number(uniform(5, 400));
        m_givesList = pick(8) != 0;
        m_givesExtremes = !m_givesList && pick(2) == 0;
        calm();
    }

    const Settings &settings() const { return m_settings; }
    const PollInputs &next()
    {
        m_inputs.now += pick(40) == 0 ? pick(4000000) : 200 + pick(2500);
        m_inputs.wallSecond = 1700000000 + m_inputs.now / 1000 + static_cast<qint64>(m_wallOffset);
        if (pick(60) == 0)
            m_wallOffset = uniform(-1e8, 1e8);
        if (m_outage > 0)
            --m_outage;
        else if (pick(25) == 0)
            m_outage = pick(30);
        m_inputs.ok = m_outage == 0;
        disturb();
        m_inputs.state = &m_state;
        m_inputs.external.reset();
        if (pick(20) == 0)
            m_inputs.external = ExternalSensor{strange(uniform(-100, 100)), strange(uniform(0, 100))};
        return m_inputs;
    }

    quint64 pick(quint64 below) { return m_random() % below; }
    double uniform(double from, double to)
    {
        return std::uniform_real_distribution<double>(from, to)(m_random);
    }

private:
    void chooseSettings()
    {
        static constexpr std::array cells{1, 4, 8, 15, 16, 24};
        m_cells = cells[pick(cells.size())];
        m_settings.controllerMode = static_cast<int>(pick(5));
        m_settings.cellControl = pick(10) != 0;
        m_settings.stepMode = pick(3) == 0;
        m_settings.countSoc = pick(3) == 0;
        m_settings.blockOnDisconnect = pick(3) == 0;
        m_settings.blockTimeoutMinutes = 1 + static_cast<int>(pick(3));
        m_settings.useBmsVoltages = pick(4) == 0;
        m_settings.voltageDrop = pick(4) == 0 ? uniform(0, 2) : 0;
        m_settings.floatWaitS = static_cast<int>(pick(30));
        m_settings.charge.maximum = uniform(1, 200);
        m_settings.discharge.maximum = uniform(1, 200);
        m_settings.charge.recoveryHoldS = static_cast<int>(pick(10));
        m_settings.charge.bySoc = pick(4) == 0;
        m_settings.midpoint = true;
        m_settings.timeToSocPoints = {0, 50, 100};
        m_settings.debugTexts = pick(20) == 0;
        if (pick(4) == 0)
            m_settings.resetAfterDays = static_cast<int>(pick(20));
    }

    void calm()
    {
        const double cell = uniform(2.7, 3.6);
        m_state.cellVoltages.assign(m_givesList ? static_cast<size_t>(m_cells) : 0, cell);
        m_state.minCellVoltage = m_givesExtremes ? Number(cell) : Number();
        m_state.maxCellVoltage = m_givesExtremes ? Number(cell + 0.01) : Number();
        m_state.voltage = cell * m_cells;
        m_state.current = uniform(-80, 80);
        m_state.soc = uniform(0, 100);
        m_state.temperatures = {uniform(-15, 60), uniform(-15, 60)};
        m_state.mosfetTemperature = uniform(0, 95);
        m_state.chargeAllowed = true;
        m_state.dischargeAllowed = true;
    }

    /// Mostly \a value, sometimes what broken electronics make of it.
    Number strange(double value)
    {
        switch (pick(40)) {
        case 0:
            return {};
        case 1:
            return std::numeric_limits<double>::quiet_NaN();
        case 2:
            return std::numeric_limits<double>::infinity();
        case 3:
            return -value;
        case 4:
            return 65.535;
        case 5:
            return 0;
        case 6:
            return 1e300;
        default:
            return value;
        }
    }

    void disturb()
    {
        switch (pick(8)) {
        case 0:
            calm();
            break;
        case 1:
            if (!m_state.cellVoltages.empty())
                m_state.cellVoltages[pick(m_state.cellVoltages.size())] = strange(uniform(0.5, 4.5));
            break;
        case 2:
            m_state.temperatures[pick(m_state.temperatures.size())] = strange(uniform(-40, 120));
            break;
        case 3:
            m_state.mosfetTemperature = strange(uniform(-40, 120));
            break;
        case 4:
            m_state.maxChargeCurrent = strange(uniform(0, 250));
            m_state.maxDischargeCurrent = strange(uniform(0, 250));
            m_state.maxVoltage = pick(3) ? Number() : strange(uniform(3.2, 3.7) * m_cells);
            m_state.minVoltage = pick(3) ? Number() : strange(uniform(2.2, 3.1) * m_cells);
            break;
        case 5:
            m_state.chargeAllowed = pick(3) == 0 ? Flag() : Flag(pick(2) == 0);
            m_state.dischargeAllowed = pick(3) == 0 ? Flag() : Flag(pick(2) == 0);
            break;
        case 6:
            m_state.soc = strange(uniform(-20, 130));
            m_state.current = strange(uniform(-300, 300));
            m_state.voltage = strange(uniform(0, 100));
            m_state.remainingAh = strange(uniform(0, 400));
            break;
        default:
            if (pick(6) == 0)
                m_state.cellVoltages.clear();
            break;
        }
    }

    std::mt19937_64 m_random;
    Settings m_settings;
    BatteryState m_state;
    PollInputs m_inputs;
    int m_cells = 16;
    bool m_givesList = true;
    bool m_givesExtremes = false;
    quint64 m_outage = 0;
    double m_wallOffset = 0;
};

/// What the test itself remembers of the readings, without asking the code under test.
class Witness
{
public:
    explicit Witness(const Settings &settings)
        : m_settings(settings)
    {}

    /// \return what is wrong with \a output, empty when nothing is.
    QString judge(const PollInputs &inputs, const ChargeControl &control)
    {
        note(inputs);
        const Output &o = control.output();
        if (QString text = numbers(o); !text.isEmpty())
            return text;
        if (QString text = maxima(o); !text.isEmpty())
            return text;
        if (QString text = charging(inputs, o); !text.isEmpty())
            return text;
        return voltages(inputs, o, control);
    }

private:
    bool plausible(const Number &cell) const
    {
        return cell && std::isfinite(*cell) && *cell >= 0 && *cell <= 2 * m_settings.maxCellVoltage;
    }

    void note(const PollInputs &inputs)
    {
        if (!inputs.ok) {
            if (!m_outageStart)
                m_outageStart = inputs.now;
            return;
        }
        m_outageStart.reset();
        m_state = *inputs.state;
        m_cellsSeen.resize(static_cast<size_t>(*m_state.cellCount));
        for (size_t i = 0; i < m_cellsSeen.size() && i < m_state.cellVoltages.size(); ++i) {
            if (plausible(m_state.cellVoltages[i])) {
                m_cellsSeen[i] = inputs.now;
                m_hadList = true;
            }
        }
    }

    static QString numbers(const Output &o)
    {
        for (const Number &value : {o.cvl,
                                    o.ccl,
                                    o.dcl,
                                    o.voltage,
                                    o.current,
                                    o.power,
                                    o.averageCurrent,
                                    o.soc,
                                    o.capacity,
                                    o.remaining,
                                    o.consumed,
                                    o.bmsSoc,
                                    o.lowestCell,
                                    o.highestCell,
                                    o.cellSum,
                                    o.cellSpread,
                                    o.midVoltage,
                                    o.midDeviation,
                                    o.temperature,
                                    o.lowestTemperature,
                                    o.highestTemperature,
                                    o.mosfetTemperature,
                                    o.batteryLowVoltage,
                                    o.maxChargeCellVoltage,
                                    o.history.totalAhDrawn,
                                    o.history.chargedEnergy,
                                    o.history.dischargedEnergy,
                                    o.history.deepestDischarge,
                                    o.history.chargeCycles,
                                    o.history.averageDischarge,
                                    o.history.maximumVoltage,
                                    o.history.minimumTemperature}) {
            if (value && !std::isfinite(*value))
                return QStringLiteral("a value is not a number");
        }
        for (const Numbers &list : {o.cells, o.temperatures}) {
            for (const Number &value : list) {
                if (value && !std::isfinite(*value))
                    return QStringLiteral("an element is not a number");
            }
        }
        if (o.soc && (*o.soc < 0 || *o.soc > 100))
            return QStringLiteral("SoC %1").arg(*o.soc);
        return {};
    }

    QString maxima(const Output &o) const
    {
        const auto check = [](const Number &limit, double maximum, const Number &bms,
                              const char *name) -> QString {
            if (!limit)
                return {};
            constexpr double rounding = 0.0006;
            if (*limit < 0 || *limit > maximum + rounding)
                return QStringLiteral("%1 %2 with maximum %3")
                    .arg(QLatin1String(name))
                    .arg(*limit)
                    .arg(maximum);
            if (bms && std::isfinite(*bms) && *limit > std::max(0.0, *bms) + rounding)
                return QStringLiteral("%1 %2 with BMS maximum %3")
                    .arg(QLatin1String(name))
                    .arg(*limit)
                    .arg(*bms);
            return {};
        };
        const QString charge = check(o.ccl, m_settings.charge.maximum, m_state.maxChargeCurrent, "CCL");
        return charge.isEmpty()
                   ? check(o.dcl, m_settings.discharge.maximum, m_state.maxDischargeCurrent, "DCL")
                   : charge;
    }

    QString charging(const PollInputs &inputs, const Output &o) const
    {
        const bool charges = o.allowToCharge || (o.ccl && *o.ccl > 0);
        if (!charges)
            return {};
        if (!o.allowToCharge || !o.ccl || *o.ccl <= 0)
            return QStringLiteral("the charge current and its permission differ");
        for (size_t i = 0; i < m_state.cellVoltages.size() && i < m_cellsSeen.size(); ++i) {
            const Number &cell = m_state.cellVoltages[i];
            if (plausible(cell) && *cell >= m_settings.charge.cellVoltage.x().back())
                return QStringLiteral("charges with a cell at %1 V").arg(*cell);
            if (plausible(cell) && *cell < m_settings.minCellVoltage / 2)
                return QStringLiteral("charges with a cell at %1 V").arg(*cell);
        }
        if (m_hadList && inputs.ok) {
            for (const auto &seen : m_cellsSeen) {
                if (!seen || inputs.now - *seen > 10000)
                    return QStringLiteral("charges without data of a cell");
            }
        }
        for (const Number &temperature : m_state.temperatures) {
            if (!temperature || !std::isfinite(*temperature))
                continue;
            const double clamped = std::clamp(*temperature, -20.0, 100.0);
            const auto &x = m_settings.charge.temperature.x();
            if (clamped < x.front() - 0.06 || clamped > x.back() + 0.06)
                return QStringLiteral("charges at %1 degC").arg(*temperature);
        }
        if (m_state.chargeAllowed == false)
            return QStringLiteral("charges with the FET open");
        if (m_outageStart && m_settings.blockOnDisconnect && inputs.now - *m_outageStart >= 10000)
            return QStringLiteral("charges a lost battery");
        return {};
    }

    QString voltages(const PollInputs &inputs, const Output &o, const ChargeControl &control) const
    {
        if (!o.cvl)
            return {};
        const double n = static_cast<double>(*m_state.cellCount);
        double highest = m_settings.maxCellVoltage * n;
        if (m_settings.resetAfterDays)
            highest = std::max(highest, m_settings.resetCellVoltage * n);
        double lowest = m_settings.minCellVoltage * n;
        if (m_settings.useBmsVoltages) {
            highest = std::max(highest, control.chargeVoltage().maximumVoltage());
            lowest = std::min(
                {lowest, control.chargeVoltage().minimumVoltage(), control.chargeVoltage().maximumVoltage()});
        }
        if (*o.cvl > highest + m_settings.voltageDrop + 0.02 ||
            *o.cvl < lowest + m_settings.voltageDrop - 0.02)
            return QStringLiteral("CVL %1, allowed %2 to %3").arg(*o.cvl).arg(lowest).arg(highest);
        if (m_outageStart && inputs.now - *m_outageStart >= 10000 &&
            *o.cvl > m_settings.floatCellVoltage * n + m_settings.voltageDrop + 0.02)
            return QStringLiteral("CVL %1 above float while nobody watches").arg(*o.cvl);
        if (m_outageStart && inputs.now - *m_outageStart >= m_settings.blockTimeoutMinutes * 60000LL &&
            !o.givenUp)
            return QStringLiteral("limits are kept beyond the time-out");
        return {};
    }

    const Settings &m_settings;
    BatteryState m_state;
    std::vector<std::optional<qint64>> m_cellsSeen;
    bool m_hadList = false;
    std::optional<qint64> m_outageStart;
};

} // namespace

class TestControlProperties : public QObject
{
    Q_OBJECT
private slots:
    void keepsItsPromisesWhateverComes()
    {
        // scripts/soak asks for a million.
        bool given = false;
        const int wanted = qEnvironmentVariableIntValue("SB_PROPERTY_SEQUENCES", &given);
        const int sequences = given ? wanted : 3000;
        bool seeded = false;
        const int first = qEnvironmentVariableIntValue("SB_PROPERTY_SEED", &seeded);
        for (int i = 0; i < sequences; ++i) {
            const auto seed = static_cast<quint64>(first) + static_cast<quint64>(i);
            Chaos chaos(seed);
            ChargeControl control(chaos.settings());
            Witness witness(chaos.settings());
            PollInputs inputs = chaos.next();
            inputs.ok = true;
            control.connected(inputs);
            for (int poll = 0; poll < 60; ++poll) {
                control.poll(inputs);
                const QString wrong = witness.judge(inputs, control);
                if (!wrong.isEmpty())
                    QFAIL(qPrintable(
                        QStringLiteral("sequence %1, poll %2: %3").arg(seed).arg(poll).arg(wrong)));
                (void)control.takeStored();
                if (chaos.pick(100) == 0)
                    control.clearHistory(static_cast<HistoryPart>(1 + chaos.pick(7)));
                inputs = chaos.next();
            }
            (void)control.explain(inputs.now);
        }
    }
};

QTEST_APPLESS_MAIN(TestControlProperties)
#include "tst_controlproperties.moc"
