// SPDX-FileCopyrightText: 2026 The SerialBattery authors
// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include "bms/linkstatus.h"
#include "bms/timedstate.h"

#include <QElapsedTimer>
#include <QObject>
#include <QTimer>
#include <QVariant>
#include <functional>

class QJsonObject;

namespace sb {

class CellListModel;

/// One battery as everything that shows or publishes it sees it. Properties of values that are unknown are
/// invalid variants (`undefined` in QML). A property notifies only when its value changed; updated() comes
/// once per poll.
class BatteryModel : public QObject
{
    Q_OBJECT
    Q_MOC_INCLUDE("model/celllistmodel.h")
    Q_PROPERTY(QString bms READ bms CONSTANT)
    Q_PROPERTY(QString connection READ connection NOTIFY connectionChanged)
    Q_PROPERTY(QString name READ name NOTIFY nameChanged)
    Q_PROPERTY(QString productName READ productName NOTIFY productNameChanged)
    Q_PROPERTY(QString hardwareVersion READ hardwareVersion NOTIFY hardwareVersionChanged)
    Q_PROPERTY(QString firmwareVersion READ firmwareVersion NOTIFY firmwareVersionChanged)
    Q_PROPERTY(QString serialNumber READ serialNumber NOTIFY serialNumberChanged)
    /// The keys of conditionKey(): "connecting", "fresh", ...
    Q_PROPERTY(QString condition READ conditionText NOTIFY conditionChanged)
    Q_PROPERTY(QVariant voltage READ voltage NOTIFY voltageChanged)
    Q_PROPERTY(QVariant current READ current NOTIFY currentChanged)
    Q_PROPERTY(QVariant power READ power NOTIFY powerChanged)
    Q_PROPERTY(QVariant soc READ soc NOTIFY socChanged)
    Q_PROPERTY(QVariant soh READ soh NOTIFY sohChanged)
    Q_PROPERTY(QVariant capacityAh READ capacityAh NOTIFY capacityAhChanged)
    Q_PROPERTY(QVariant remainingAh READ remainingAh NOTIFY remainingAhChanged)
    Q_PROPERTY(QVariant cycles READ cycles NOTIFY cyclesChanged)
    Q_PROPERTY(QVariant cellSpread READ cellSpread NOTIFY cellSpreadChanged)
    Q_PROPERTY(QVariant minCellVoltage READ minCellVoltage NOTIFY minCellVoltageChanged)
    Q_PROPERTY(QVariant maxCellVoltage READ maxCellVoltage NOTIFY maxCellVoltageChanged)
    /// degC in sensor order, invalid for a missing sensor.
    Q_PROPERTY(QVariantList temperatures READ temperatures NOTIFY temperaturesChanged)
    /// Names of the sensors as far as the BMS gives them; may be shorter than temperatures.
    Q_PROPERTY(QStringList temperatureNames READ temperatureNames NOTIFY temperatureNamesChanged)
    Q_PROPERTY(QVariant mosfetTemperature READ mosfetTemperature NOTIFY mosfetTemperatureChanged)
    Q_PROPERTY(QVariant chargeAllowed READ chargeAllowed NOTIFY chargeAllowedChanged)
    Q_PROPERTY(QVariant dischargeAllowed READ dischargeAllowed NOTIFY dischargeAllowedChanged)
    Q_PROPERTY(QVariant balancing READ balancing NOTIFY balancingChanged)
    Q_PROPERTY(QVariant heating READ heating NOTIFY heatingChanged)
    /// Raised alarms: list of {name, title (translated), level (1 warning, 2 alarm)}, highest level first.
    Q_PROPERTY(QVariantList alarms READ alarms NOTIFY alarmsChanged)
    /// False while the BMS has not said anything about alarms, so that "none raised" is not claimed.
    Q_PROPERTY(bool alarmsKnown READ alarmsKnown NOTIFY alarmsChanged)
    /// Translated lines.
    Q_PROPERTY(QStringList notices READ notices NOTIFY noticesChanged)
    /// Whole seconds since the last good reading; changes by itself once per second while it is not fresh.
    Q_PROPERTY(QVariant age READ age NOTIFY ageChanged)
    Q_PROPERTY(QString lastError READ lastError NOTIFY lastErrorChanged)
    Q_PROPERTY(QVariant goodShare READ goodShare NOTIFY goodShareChanged)
    Q_PROPERTY(sb::CellListModel *cells READ cells CONSTANT)

public:
    /// \a bms is the driver id, \a connection a text such as "/dev/ttyUSB0 9600".
    explicit BatteryModel(QString bms, QString connection, QObject *parent = nullptr);
    ~BatteryModel() override;

    /// One call per poll or change of condition. \a now and the times in \a state are of one monotonic clock
    /// (ms); \a lastGood is when the last good poll ended, nothing before the first.
    void update(const TimedState &state, Condition condition, const LinkStatus &link,
                std::optional<qint64> lastGood, qint64 now);
    void setConnection(const QString &connection);
    void setCustomName(const QString &name);
    /// Bus address as it is shown, nothing for protocols without.
    void setAddress(std::optional<int> address) { m_address = address; }

    /// For code that publishes: the values behind the properties, unknown ones as std::nullopt.
    [[nodiscard]] const BatteryState &values() const { return m_state.values(); }
    [[nodiscard]] const TimedState &timedState() const { return m_state; }
    [[nodiscard]] Condition condition() const { return m_condition; }
    [[nodiscard]] const LinkStatus &link() const { return m_link; }
    /// Fields whose value changed with the last update().
    [[nodiscard]] const FieldSet &changedFields() const { return m_changed; }

    /// Asked when the JSON is made: what charge control decided. Empty: nothing decided.
    void setLimits(std::function<QJsonObject()> limits) { m_limits = std::move(limits); }

    /// The whole battery as the JSON that all commands print.
    [[nodiscard]] QJsonObject toJson() const;

    [[nodiscard]] QString bms() const { return m_bms; }
    [[nodiscard]] QString connection() const { return m_connection; }
    [[nodiscard]] QString customName() const { return m_customName; }
    /// Custom name, else product name, else the connection.
    [[nodiscard]] QString name() const;
    [[nodiscard]] QString productName() const;
    [[nodiscard]] QString hardwareVersion() const;
    [[nodiscard]] QString firmwareVersion() const;
    [[nodiscard]] QString serialNumber() const;
    [[nodiscard]] QString conditionText() const;
    [[nodiscard]] QVariant voltage() const;
    [[nodiscard]] QVariant current() const;
    [[nodiscard]] QVariant power() const;
    [[nodiscard]] QVariant soc() const;
    [[nodiscard]] QVariant soh() const;
    [[nodiscard]] QVariant capacityAh() const;
    [[nodiscard]] QVariant remainingAh() const;
    [[nodiscard]] QVariant cycles() const;
    [[nodiscard]] QVariant cellSpread() const;
    [[nodiscard]] QVariant minCellVoltage() const;
    [[nodiscard]] QVariant maxCellVoltage() const;
    [[nodiscard]] QVariantList temperatures() const;
    [[nodiscard]] QStringList temperatureNames() const { return values().temperatureNames; }
    [[nodiscard]] QVariant mosfetTemperature() const;
    [[nodiscard]] QVariant chargeAllowed() const;
    [[nodiscard]] QVariant dischargeAllowed() const;
    [[nodiscard]] QVariant balancing() const;
    [[nodiscard]] QVariant heating() const;
    [[nodiscard]] QVariantList alarms() const;
    [[nodiscard]] bool alarmsKnown() const { return !values().alarms.isEmpty(); }
    [[nodiscard]] QStringList notices() const;
    [[nodiscard]] QVariant age() const;
    [[nodiscard]] QString lastError() const { return m_link.lastError; }
    [[nodiscard]] QVariant goodShare() const;
    [[nodiscard]] CellListModel *cells() const { return m_cells; }

signals:
    /// After the property signals of one update(), once.
    void updated();
    void connectionChanged();
    void nameChanged();
    void productNameChanged();
    void hardwareVersionChanged();
    void firmwareVersionChanged();
    void serialNumberChanged();
    void conditionChanged();
    void voltageChanged();
    void currentChanged();
    void powerChanged();
    void socChanged();
    void sohChanged();
    void capacityAhChanged();
    void remainingAhChanged();
    void cyclesChanged();
    void cellSpreadChanged();
    void minCellVoltageChanged();
    void maxCellVoltageChanged();
    void temperaturesChanged();
    void temperatureNamesChanged();
    void mosfetTemperatureChanged();
    void chargeAllowedChanged();
    void dischargeAllowedChanged();
    void balancingChanged();
    void heatingChanged();
    void alarmsChanged();
    void noticesChanged();
    void ageChanged();
    void lastErrorChanged();
    void goodShareChanged();
    /// First thing in the destructor, while everything can still be read: views let go of it.
    void leaving();

private:
    /// What is not a field itself but follows from several, kept to see whether it changed.
    struct Derived
    {
        QString name;
        std::optional<double> minimum;
        std::optional<double> maximum;
        bool operator==(const Derived &) const = default;
    };
    [[nodiscard]] Derived derive() const;
    [[nodiscard]] std::optional<qint64> ageMs() const;
    /// Takes over the age of this moment. \return whether the property changed.
    bool tick();
    void notify(Field field);
    void notifyDerived(const Derived &before, const Derived &after);

    QString m_bms;
    QString m_connection;
    QString m_customName;
    std::optional<int> m_address;
    std::function<QJsonObject()> m_limits;
    TimedState m_state;
    Condition m_condition = Condition::Connecting;
    LinkStatus m_link;
    std::optional<qint64> m_lastGood;
    qint64 m_now = 0;
    FieldSet m_changed;
    std::optional<qint64> m_ageSeconds; ///< as last notified
    QElapsedTimer m_sinceUpdate;
    QTimer m_ticker; ///< only runs while the battery is not fresh
    CellListModel *m_cells;
};

} // namespace sb
