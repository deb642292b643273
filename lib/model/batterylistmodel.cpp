// SPDX-FileCopyrightText: 2026 The SerialBattery authors
// SPDX-License-Identifier: GPL-3.0-or-later
#include "model/batterylistmodel.h"

namespace sb {

void BatteryListModel::add(BatteryModel *battery)
{
    beginInsertRows({}, count(), count());
    m_batteries.push_back(battery);
    endInsertRows();
    emit countChanged();
}

void BatteryListModel::remove(BatteryModel *battery)
{
    const auto at = std::find(m_batteries.begin(), m_batteries.end(), battery);
    if (at == m_batteries.end())
        return;
    const int row = static_cast<int>(at - m_batteries.begin());
    beginRemoveRows({}, row, row);
    m_batteries.erase(at);
    endRemoveRows();
    emit countChanged();
}

BatteryModel *BatteryListModel::at(int row) const
{
    return row >= 0 && row < count() ? m_batteries[static_cast<size_t>(row)] : nullptr;
}

int BatteryListModel::rowCount(const QModelIndex &parent) const { return parent.isValid() ? 0 : count(); }

QVariant BatteryListModel::data(const QModelIndex &index, int role) const
{
    if (!checkIndex(index, CheckIndexOption::IndexIsValid) || role != BatteryRole)
        return {};
    return QVariant::fromValue(m_batteries[static_cast<size_t>(index.row())]);
}

QHash<int, QByteArray> BatteryListModel::roleNames() const { return {{BatteryRole, "battery"}}; }

} // namespace sb
