// SPDX-FileCopyrightText: 2026 The SerialBattery authors
// SPDX-License-Identifier: GPL-3.0-or-later
#include "model/celllistmodel.h"

namespace sb {
namespace {

template<typename T>
QVariant variant(const std::optional<T> &value)
{
    return value ? QVariant(*value) : QVariant();
}

} // namespace

void CellListModel::update(const BatteryState &state)
{
    const Numbers &cells = state.cellVoltages;
    // While the voltages are unknown the cells are still there.
    const size_t count = !cells.empty()
                             ? cells.size()
                             : static_cast<size_t>(std::clamp<qint64>(state.cellCount.value_or(0), 0, 64));
    m_next.assign(count, {});
    double sum = 0;
    int known = 0;
    for (const auto &cell : cells) {
        if (cell) {
            sum += *cell;
            ++known;
        }
    }
    const auto extremes = cellExtremes(cells);
    for (size_t i = 0; i < count; ++i) {
        Row &row = m_next[i];
        if (i < cells.size())
            row.voltage = cells[i];
        if (row.voltage && known > 0)
            row.deviation = *row.voltage - sum / known;
        if (i < state.cellBalancing.size())
            row.balancing = state.cellBalancing[i];
        if (i < state.cellResistances.size())
            row.resistance = state.cellResistances[i];
        row.minimum = extremes && extremes->lowest == static_cast<int>(i);
        row.maximum = extremes && extremes->highest == static_cast<int>(i);
    }
    if (count != m_rows.size()) {
        beginResetModel();
        m_rows = m_next;
        endResetModel();
        emit countChanged();
        return;
    }
    for (size_t i = 0; i < count; ++i) {
        const Row &was = m_rows[i];
        const Row &is = m_next[i];
        if (was == is)
            continue;
        QList<int> roles;
        if (was.voltage != is.voltage)
            roles.append(VoltageRole);
        if (was.balancing != is.balancing)
            roles.append(BalancingRole);
        if (was.minimum != is.minimum)
            roles.append(MinimumRole);
        if (was.maximum != is.maximum)
            roles.append(MaximumRole);
        if (was.deviation != is.deviation)
            roles.append(DeviationRole);
        if (was.resistance != is.resistance)
            roles.append(ResistanceRole);
        m_rows[i] = is;
        const QModelIndex at = index(static_cast<int>(i));
        emit dataChanged(at, at, roles);
    }
}

int CellListModel::rowCount(const QModelIndex &parent) const { return parent.isValid() ? 0 : count(); }

QVariant CellListModel::data(const QModelIndex &index, int role) const
{
    if (!checkIndex(index, CheckIndexOption::IndexIsValid))
        return {};
    const Row &row = m_rows[static_cast<size_t>(index.row())];
    switch (role) {
    case NumberRole:
        return index.row() + 1;
    case VoltageRole:
        return variant(row.voltage);
    case BalancingRole:
        return variant(row.balancing);
    case MinimumRole:
        return row.minimum;
    case MaximumRole:
        return row.maximum;
    case DeviationRole:
        return variant(row.deviation);
    case ResistanceRole:
        return variant(row.resistance);
    default:
        return {};
    }
}

QHash<int, QByteArray> CellListModel::roleNames() const
{
    return {{NumberRole, "number"},        {VoltageRole, "voltage"},   {BalancingRole, "balancing"},
            {MinimumRole, "isMinimum"},    {MaximumRole, "isMaximum"}, {DeviationRole, "deviation"},
            {ResistanceRole, "resistance"}};
}

} // namespace sb
