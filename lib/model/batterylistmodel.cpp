// SPDX-FileCopyrightText: 2026 The SerialBattery authors
// SPDX-License-Identifier: GPL-3.0-or-later
#include "model/batterylistmodel.h"

#include "model/batterymodel.h"

namespace sb {

BatteryListModel::BatteryListModel(QObject *parent)
    : QAbstractListModel(parent)
{}

void BatteryListModel::append(BatteryModel *battery)
{
    if (!battery || m_batteries.contains(battery))
        return;
    const int row = count();
    beginInsertRows({}, row, row);
    m_batteries.append(battery);
    endInsertRows();
    // Not destroyed(): by then views already see a null where the battery was.
    connect(battery, &BatteryModel::leaving, this, [this, battery] { remove(battery); });
    const auto nameMoved = [this, battery] {
        const QModelIndex at = index(static_cast<int>(m_batteries.indexOf(battery)));
        emit dataChanged(at, at, {Qt::DisplayRole});
    };
    connect(battery, &BatteryModel::nameChanged, this, nameMoved);
    emit countChanged();
}

void BatteryListModel::remove(BatteryModel *battery)
{
    const qsizetype row = m_batteries.indexOf(battery);
    if (row < 0)
        return;
    disconnect(battery, nullptr, this, nullptr);
    removeRow(row);
}

BatteryModel *BatteryListModel::at(int row) const { return m_batteries.value(row, nullptr); }

int BatteryListModel::rowCount(const QModelIndex &parent) const { return parent.isValid() ? 0 : count(); }

QVariant BatteryListModel::data(const QModelIndex &index, int role) const
{
    if (!checkIndex(index, CheckIndexOption::IndexIsValid | CheckIndexOption::ParentIsInvalid))
        return {};
    BatteryModel *battery = m_batteries.at(index.row());
    if (role == BatteryRole)
        return QVariant::fromValue(battery);
    if (role == Qt::DisplayRole)
        return battery->name();
    return {};
}

QHash<int, QByteArray> BatteryListModel::roleNames() const
{
    return {{BatteryRole, "battery"}, {Qt::DisplayRole, "display"}};
}

void BatteryListModel::removeRow(qsizetype row)
{
    if (row < 0)
        return;
    const int at = static_cast<int>(row);
    beginRemoveRows({}, at, at);
    m_batteries.removeAt(row);
    endRemoveRows();
    emit countChanged();
}

} // namespace sb
