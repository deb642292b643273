// SPDX-FileCopyrightText: 2026 The SerialBattery authors
// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include <QAbstractListModel>
#include <QList>

namespace sb {

class BatteryModel;

/// All batteries there are, for views. Does not own them; one that is deleted leaves the list by itself.
class BatteryListModel : public QAbstractListModel
{
    Q_OBJECT
    Q_MOC_INCLUDE("model/batterymodel.h")
    Q_PROPERTY(int count READ count NOTIFY countChanged)

public:
    enum Role {
        BatteryRole = Qt::UserRole + 1, ///< sb::BatteryModel *
    };
    Q_ENUM(Role)

    explicit BatteryListModel(QObject *parent = nullptr);

    /// Adds at the end, unless it is there already.
    void append(BatteryModel *battery);
    void remove(BatteryModel *battery);

    [[nodiscard]] int count() const { return static_cast<int>(m_batteries.size()); }
    /// nullptr where there is none. Not for QML: a QML engine owns what a function returns, and would delete
    /// it.
    [[nodiscard]] BatteryModel *at(int row) const;
    [[nodiscard]] const QList<BatteryModel *> &batteries() const { return m_batteries; }

    [[nodiscard]] int rowCount(const QModelIndex &parent = {}) const override;
    [[nodiscard]] QVariant data(const QModelIndex &index, int role) const override;
    [[nodiscard]] QHash<int, QByteArray> roleNames() const override;

signals:
    void countChanged();

private:
    void removeRow(qsizetype row);

    QList<BatteryModel *> m_batteries;
};

} // namespace sb
